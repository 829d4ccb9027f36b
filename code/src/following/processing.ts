import { AggregateNotFoundError, WrongAggregateError } from '../application/errors.ts';
import { Aggregate } from '../domain/aggregate.ts';
import { definitionOf } from '../domain/definition/definition.ts';
import type { DomainEvent } from '../domain/domain-event.ts';
import { CommandError } from '../domain/errors.ts';
import type { AggregateClass } from '../domain/recording/aggregate-class.ts';
import { recordingOf } from '../domain/recording/aggregate-core.ts';
import type { Workspace } from './workspace.ts';

/**
 * What a policy has at hand while it handles one event: aggregates to work on, and a place for what follows. All of it is
 * stored together with the follower's new position, or nothing is.
 */
export class Processing {
  readonly #workspace: Workspace;
  /** Those that this event has to do with, in the order in which the policy came to them. */
  readonly #touched = new Set<Aggregate>();
  readonly #events: DomainEvent[] = [];
  #isOver = false;

  /** @internal */
  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /**
   * The aggregate with this id. What the policy records on it is stored with the position: it needn't be collected.
   *
   * @throws {AggregateNotFoundError} if there is none, or if it has been discarded.
   * @throws {WrongAggregateError} if the id is that of an aggregate of another class.
   */
  async get<A extends Aggregate>(type: AggregateClass<A>, id: string): Promise<A> {
    const found = await this.find(type, id);
    if (found === undefined) throw new AggregateNotFoundError(definitionOf(type).topic, id, undefined);
    return found;
  }

  /**
   * The same, or undefined if there is none: for the first event of what is kept once for all of them.
   *
   * @throws {WrongAggregateError} if the id is that of an aggregate of another class.
   */
  async find<A extends Aggregate>(type: AggregateClass<A>, id: string): Promise<A | undefined> {
    this.#refuseIfOver('get');
    const found = await this.#workspace.find(type, id);
    if (found === undefined) return undefined;
    if (!(found instanceof type)) {
      throw new WrongAggregateError(definitionOf(type).topic, recordingOf(found).definition.topic, id);
    }
    this.#refuseIfOver('get');
    this.#touched.add(found);
    return found;
  }

  /**
   * Adds a new aggregate, or an event as such, to what follows from the event. Null and undefined are skipped.
   *
   * @returns what it was given.
   */
  collect<T extends Aggregate | DomainEvent | null | undefined>(change: T): T {
    this.#refuseIfOver('collect');
    if (change instanceof Aggregate) {
      this.#workspace.add(change);
      this.#touched.add(change);
    } else if (change !== null && change !== undefined) {
      this.#events.push(change);
    }
    return change;
  }

  /**
   * Takes in what the policy has recorded. After that it can record no more.
   *
   * @internal
   */
  finish(): void {
    this.#isOver = true;
    for (const aggregate of this.#touched) this.#workspace.batch.add(aggregate);
    for (const event of this.#events) this.#workspace.batch.add(event);
  }

  #refuseIfOver(what: string): void {
    if (!this.#isOver) return;
    throw new CommandError(
      'ES_POLICY',
      `A policy has called processing.${what} after it was over, so what follows from that would be lost. It has to await ` +
        'whatever it starts.',
    );
  }
}
