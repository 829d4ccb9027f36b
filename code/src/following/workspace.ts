import { AggregateNotFoundError } from '../application/errors.ts';
import type { Repository } from '../application/repository.ts';
import type { SaveBatch } from '../application/save-batch.ts';
import { Aggregate } from '../domain/aggregate.ts';
import { CommandError } from '../domain/errors.ts';
import type { AggregateClass } from '../domain/recording/aggregate-class.ts';
import { recordingOf } from '../domain/recording/aggregate-core.ts';
import type { EventStore } from '../persistence/event-store.ts';

/** How many events the aggregates that are kept between transactions have in all: some ten megabytes. */
const MOST_EVENTS = 100_000;

/**
 * Aggregates that policies have worked on and that are stored as they are, so that the next transaction needn't replay them. The
 * one that wasn't used for the longest time goes first.
 */
export class KeptAggregates {
  readonly #kept = new Map<string, Aggregate>();
  readonly #events: EventStore;
  #size = 0;

  constructor(events: EventStore) {
    this.#events = events;
  }

  keep(aggregates: Iterable<Aggregate>): void {
    for (const aggregate of aggregates) {
      this.#kept.set(aggregate.id, aggregate);
      this.#size += recordingOf(aggregate).history.length;
    }
    for (const id of this.#kept.keys()) {
      if (this.#size <= MOST_EVENTS) break;
      this.#take(id);
    }
  }

  /** Hands over an aggregate, if it's kept and is still what is stored. */
  async take(id: string): Promise<Aggregate | undefined> {
    const kept = this.#take(id);
    if (kept === undefined) return undefined;
    const { history, pending, version } = recordingOf(kept);
    const last = history.at(-1);
    // Somebody outside may have got hold of it.
    if (last === undefined || pending.length > 0 || kept.version !== version) return undefined;
    // With the last one that's known, which may have been forgotten since, or be another one after a backup was restored.
    const [known, newer] = await this.#events.get(id, { gt: version - 1, limit: 2 });
    const isCurrent = newer === undefined && known?.version === version && known.timestamp === last.timestamp;
    return isCurrent ? kept : undefined;
  }

  #take(id: string): Aggregate | undefined {
    const kept = this.#kept.get(id);
    if (kept === undefined) return undefined;
    this.#kept.delete(id);
    this.#size -= recordingOf(kept).history.length;
    return kept;
  }
}

/** The aggregates that several events of one transaction work on, so that each sees what the ones before it have done. */
export class Workspace {
  readonly #repository: Repository;
  readonly #kept: KeptAggregates;
  /** Takes note of those that policies work on. */
  readonly #processed: WeakSet<object>;
  readonly #known = new Map<string, Aggregate>();
  readonly batch: SaveBatch;

  constructor(repository: Repository, kept: KeptAggregates, processed: WeakSet<object>, batch: SaveBatch) {
    this.#repository = repository;
    this.#kept = kept;
    this.#processed = processed;
    this.batch = batch;
  }

  /** All that were found or added. */
  get aggregates(): Iterable<Aggregate> {
    return this.#known.values();
  }

  async find(type: AggregateClass<Aggregate>, id: string): Promise<Aggregate | undefined> {
    const known = this.#known.get(id);
    if (known !== undefined) return known.isDiscarded ? undefined : known;
    const found = (await this.#kept.take(id)) ?? (await this.#repository.find(type, id, undefined));
    // Another handler may have asked for it meanwhile.
    const first = this.#known.get(id) ?? found;
    if (first === undefined) return undefined;
    if (!(first instanceof Aggregate)) throw new AggregateNotFoundError(type.name, id, undefined);
    this.add(first);
    return first.isDiscarded ? undefined : first;
  }

  add(aggregate: Aggregate): void {
    const known = this.#known.get(aggregate.id);
    if (known !== undefined && known !== aggregate) {
      throw new CommandError(
        'ES_POLICY',
        `A policy works with two objects that stand for ${recordingOf(aggregate).definition.topic} ${aggregate.id}, and the ` +
          "events of one don't follow those of the other. Get it with processing.get(…), which returns the same object each time.",
        { aggregateId: aggregate.id },
      );
    }
    this.#known.set(aggregate.id, aggregate);
    this.#processed.add(aggregate);
  }
}
