import type { Aggregate } from '../domain/aggregate.ts';
import { lifeOf } from '../domain/aggregate-core.ts';
import { definitionOf } from '../domain/definition.ts';
import { type AggregateClass, replay } from '../domain/replay.ts';
import type { EventStore } from '../persistence/event-store.ts';
import type { Topics } from '../persistence/topics.ts';
import { AggregateNotFoundError, WrongAggregateError } from './errors.ts';

/** Which state of an aggregate to get. */
export interface GetOptions {
  /** The version to go back to. A version that is still to come gets the latest one. */
  readonly version?: number | undefined;
}

/** Gets aggregates back from their stored events. */
export class Repository {
  readonly #events: EventStore;
  readonly #topics: Topics;

  constructor(events: EventStore, topics: Topics) {
    this.#events = events;
    this.#topics = topics;
  }

  /**
   * The aggregate with this id, rebuilt from its events.
   *
   * @throws {AggregateNotFoundError} if there is none, if it has been discarded, or if it did not exist at the version.
   * @throws {WrongAggregateError} if the id is that of an aggregate of another class.
   */
  async get<A extends Aggregate>(type: AggregateClass<A>, id: string, options: GetOptions = {}): Promise<A> {
    const { version } = options;
    const found = await this.#find(type, id, version);
    if (found === undefined) throw new AggregateNotFoundError(definitionOf(type).topic, id, version);
    if (!(found instanceof type)) {
      throw new WrongAggregateError(definitionOf(type).topic, lifeOf(found).definition.topic, id);
    }
    return found;
  }

  /** Whether there is an aggregate of this class (or of one that extends it) with this id, and it is not discarded. */
  async has(type: AggregateClass<Aggregate>, id: string): Promise<boolean> {
    return (await this.#find(type, id, undefined)) instanceof type;
  }

  async #find(type: AggregateClass, id: string, version: number | undefined) {
    if (!this.#topics.hasClass(type)) throw this.#topics.unlisted(type);
    const events = await this.#events.get(id, { lte: version });
    const [first] = events;
    if (first === undefined) return undefined;
    const actual = this.#topics.classOf(first.type);
    if (actual === undefined) throw this.#topics.unknown(first.type, `version ${first.version} of ${id}`);
    const aggregate = replay(actual, events);
    return lifeOf(aggregate).isDiscarded ? undefined : aggregate;
  }
}
