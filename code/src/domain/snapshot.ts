import type { DomainEvent, Payload } from './domain-event.ts';

/** The state of an aggregate at one version: a plain, frozen object, from which reading can start instead of from the first event. */
export interface Snapshot {
  /** The aggregate's topic, for example `Dog`. */
  readonly topic: string;
  readonly aggregateId: string;
  readonly version: number;
  /** When its last event was recorded. */
  readonly modifiedAt: string;
  /** The first event. It constructs the aggregate anew, and the state is laid over. */
  readonly created: DomainEvent;
  /** The names of the fields that the constructor made; undefined where the state was upcast and they are not known. */
  readonly fields: readonly string[] | undefined;
  /** The fields by name, or what the class's own `snapshot.to` returned. */
  readonly state: Payload;
}

/**
 * How a class has its state put into snapshots, where its fields alone are not its state: it has `#private` members, or
 * holds what cannot be stored. Stated as `static snapshot`.
 *
 * @example
 * ```ts
 * import { Aggregate, event, type SnapshotFunctions } from 'eventsourcing';
 *
 * @event('Counter.Started')
 * class Counter extends Aggregate {
 *   static snapshot: SnapshotFunctions<Counter, { count: number }> = {
 *     to: (counter) => ({ count: counter.#count }),
 *     from: (counter, state) => { counter.#count = state.count; },
 *   };
 *   #count = 0;
 *   @event('Incremented')
 *   increment() { this.#count += 1; }
 * }
 *
 * console.log(Counter.snapshot.to(new Counter())); // { count: 0 }
 * ```
 */
export interface SnapshotFunctions<A, State extends object> {
  /** All of the state, as data that an event could hold too. */
  to(aggregate: A): State;
  /** Puts the state into an aggregate that has just been constructed. */
  from(aggregate: A, state: State): void;
}

/** The same for any class. One that knows the names of the fields of its state tells them too. */
export interface StateFunctions extends SnapshotFunctions<object, object> {
  fields?(aggregate: object): string[];
}
