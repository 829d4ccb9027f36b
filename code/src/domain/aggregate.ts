import { definitionOf } from './definition/definition.ts';
import type { DomainEvent } from './domain-event.ts';
import { CommandError } from './errors.ts';
import { activity } from './recording/activity.ts';
import type { AggregateClass } from './recording/aggregate-class.ts';
import { AggregateCore, recordingOf } from './recording/aggregate-core.ts';
import { mutate } from './recording/mutate.ts';
import { replay } from './recording/replay.ts';
import { deepEqual } from './values/compare.ts';
import { adoptedEvent, ownEvent } from './values/own-event.ts';

/**
 * The base class of aggregates: objects whose state is the outcome of their events.
 *
 * A subclass may state, each as a static member:
 * - `topic`: the prefix of its events, where no `@event` above the class says so;
 * - `initialVersion`: the version of the first event, 1 unless stated;
 * - `createId(…)`: makes the id of a new aggregate from the arguments of its constructor, a random one unless stated;
 * - `transcodings`: the classes whose instances its events and its state may hold;
 * - `upcasts`: the steps from the state in snapshots of one version of the class to the next;
 * - `snapshot`: functions that put its state into snapshots and take it out, where its fields alone will not do.
 *
 * @example
 * ```ts
 * import { Aggregate, event } from 'eventsourcing';
 *
 * @event('Dog.Registered', 'name')
 * class Dog extends Aggregate {
 *   readonly tricks: string[] = [];
 *   constructor(readonly name: string) { super(); }
 *
 *   @event('TrickAdded', 'trick')
 *   addTrick(trick: string) { this.tricks.push(trick); }
 * }
 *
 * const dog = new Dog('Fido');
 * dog.addTrick('roll over');
 *
 * const copy = Dog.replay(dog.collectEvents());
 * console.log(copy.equals(dog), copy.version); // true 2
 * ```
 */
export abstract class Aggregate extends AggregateCore {
  /**
   * Rebuilds an aggregate from all of its events, in their order.
   *
   * @throws {EventSourcingError} if the events are not those of one such aggregate from its first on
   * (`ES_INVALID_ARGUMENT` without events, `ES_TOPIC_UNKNOWN`, `ES_ID_MISMATCH`, `ES_VERSION_MISMATCH`).
   */
  static replay<A extends Aggregate>(this: AggregateClass<A>, events: Iterable<DomainEvent>): A {
    // biome-ignore lint/complexity/noThisInStatic: the class that it is called on is the one to replay.
    return replay(this, adopted(this, events));
  }

  /**
   * Applies one recorded event, and returns the aggregate: a new one for the first event, given `undefined`; the same
   * one, changed, for each event after it. If it throws, the aggregate is as it was.
   *
   * @example
   * ```ts
   * import { Aggregate, event } from 'eventsourcing';
   *
   * @event('Counter.Started')
   * class Counter extends Aggregate {
   *   count = 0;
   *   @event('Incremented')
   *   increment() { this.count += 1; }
   * }
   *
   * const counter = new Counter();
   * counter.increment();
   *
   * let copy: Counter | undefined;
   * for (const e of counter.collectEvents()) copy = Counter.mutate(copy, e);
   * console.log(copy?.count); // 1
   * ```
   */
  static mutate<A extends Aggregate>(this: AggregateClass<A>, aggregate: A | undefined, event: DomainEvent): A {
    // biome-ignore lint/complexity/noThisInStatic: the class that it is called on is the one to construct.
    return mutate(this, aggregate, adoptedEvent(event, definitionOf(this).transcodings));
  }

  /** When its first event was recorded. */
  get createdAt(): Date {
    return new Date(recordingOf(this).createdAt);
  }

  /** When its last event was recorded. */
  get modifiedAt(): Date {
    return new Date(recordingOf(this).modifiedAt);
  }

  /** The events that were recorded and neither saved nor collected yet, the oldest first. */
  get pendingEvents(): readonly DomainEvent[] {
    const { pending, definition } = recordingOf(this);
    return pending.map((event) => ownEvent(event, definition.transcodings));
  }

  /** Whether one of its events has ended its life; see `markDiscarded`. */
  override get isDiscarded(): boolean {
    return recordingOf(this).isDiscarded;
  }

  /** Hands over the pending events, the oldest first. They are pending no more, so a later save does not store them. */
  collectEvents(): DomainEvent[] {
    const recording = recordingOf(this);
    const collected = recording.pending;
    recording.pending = [];
    // They are in its history still.
    return collected.map((event) => ownEvent(event, recording.definition.transcodings));
  }

  /**
   * Whether the other aggregate is of the same class, id and version, was created and modified at the same times, and
   * has the same state. Pending events and `#private` members play no part.
   */
  equals(other: unknown): boolean {
    if (this === other) return true;
    if (!(other instanceof Aggregate)) return false;
    const [a, b] = [recordingOf(this), recordingOf(other)];
    return (
      a.createdAt === b.createdAt &&
      a.modifiedAt === b.modifiedAt &&
      a.isDiscarded === b.isDiscarded &&
      deepEqual(this, other)
    );
  }

  /**
   * To be called in the body of a recorded method whose event ends the aggregate's life. The repository no longer
   * finds it then, except at earlier versions, and it refuses further commands.
   *
   * @throws {CommandError} outside of such a body (`ES_NOT_RECORDED`).
   * @example
   * ```ts
   * import { Aggregate, event } from 'eventsourcing';
   *
   * @event('Page.Written', 'title')
   * class Page extends Aggregate {
   *   constructor(readonly title: string) { super(); }
   *
   *   @event('Discarded')
   *   discard() { this.markDiscarded(); }
   * }
   *
   * const page = new Page('Hello');
   * page.discard();
   * console.log(page.isDiscarded); // true
   * ```
   */
  markDiscarded(): void {
    if (activity.current?.kind !== 'body' || activity.current.object !== this) {
      throw new CommandError(
        'ES_NOT_RECORDED',
        'markDiscarded was called outside of a recorded method, so replay would not know of it. Call it in the body ' +
          "of a method with an event: @event('Discarded') discard() { this.markDiscarded(); }",
        { aggregateId: this.id },
      );
    }
    recordingOf(this).isDiscarded = true;
  }
}

/** The caller may still change those that were given. */
function* adopted(type: AggregateClass, events: Iterable<DomainEvent>): Iterable<DomainEvent> {
  const { transcodings } = definitionOf(type);
  for (const event of events) yield adoptedEvent(event, transcodings);
}
