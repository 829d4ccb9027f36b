import { Aggregate, type AggregateClass, type DomainEvent, recordAs } from '../index.ts';
import { AssertionFailure } from './assertion.ts';
import { expectEvents, fullType, type Happened, topicOf } from './happened.ts';
import { type Ending, type ExpectedError, expectError, refuseAwaited, resultOf } from './outcome.ts';
import { testClock, testIds } from './sources.ts';

/** What happened when a command ran on an aggregate. Each function throws an assertion error unless it is so. */
export interface Outcome<A> {
  /** Exactly these events happened, in this order. */
  readonly then: (events: readonly Happened[]) => void;
  /** Nothing happened, and nothing was thrown. */
  readonly thenNothing: () => void;
  /** The command threw such an error, and nothing happened. */
  readonly thenThrows: (expected?: ExpectedError) => void;
  /** Whatever the function asserts of the aggregate, as the command has left it, holds. */
  readonly thenState: (check: (aggregate: A) => void) => void;
}

/** Runs the command that is tested. */
export interface Given<A, Before> {
  readonly when: (command: (aggregate: Before) => unknown) => Outcome<A>;
}

/**
 * A test of one aggregate, whichever style it is written in: given that these events have happened, when this command
 * runs, then these events happen. Works in any test runner, and needs none.
 *
 * Given no events, the command makes the aggregate and returns it.
 *
 * @param type the class of the aggregate.
 * @param events those that have happened, the first one first, made by their tokens or written by hand.
 * @example
 * ```ts
 * import { Aggregate, event } from 'eventsourcing';
 * import { given } from 'eventsourcing/testing';
 *
 * const Registered = event.of<{ name: string }>()('Dog.Registered', 'name');
 * const TrickAdded = event.of<{ trick: string }>()('TrickAdded', 'trick');
 *
 * @Registered
 * class Dog extends Aggregate {
 *   readonly tricks: string[] = [];
 *   constructor(readonly name: string) { super(); }
 *
 *   @TrickAdded
 *   addTrick(trick: string) {
 *     if (this.tricks.includes(trick)) throw new Error(`${this.name} knows ${trick}.`);
 *     this.tricks.push(trick);
 *   }
 * }
 *
 * const fido = [Registered({ name: 'Fido' }), TrickAdded({ trick: 'roll over' })];
 *
 * given(Dog).when(() => new Dog('Fido')).then([Registered({ name: 'Fido' })]);
 * given(Dog, fido).when((dog) => dog.addTrick('sit')).then([TrickAdded({ trick: 'sit' })]);
 * given(Dog, fido).when((dog) => dog.addTrick('roll over')).thenThrows(/Fido knows roll over/);
 * ```
 */
export function given<A extends Aggregate>(type: AggregateClass<A>): Given<A, undefined>;
export function given<A extends Aggregate>(type: AggregateClass<A>, events: readonly Happened[]): Given<A, A>;
export function given<A extends Aggregate>(
  type: AggregateClass<A>,
  events?: readonly Happened[],
): Given<A, A | undefined> {
  return {
    when(command) {
      const before = events && Aggregate.replay.call(type, recordedFrom(type, events));
      if (before !== undefined && !(before instanceof type)) {
        throw new TypeError('An aggregate was replayed as one of another class.');
      }
      return outcome(type, before, () => command(before));
    },
  };
}

function outcome<A extends Aggregate>(
  type: AggregateClass<A>,
  before: A | undefined,
  command: () => unknown,
): Outcome<A> {
  const ending = run(command);
  const after = (): A => {
    const value = resultOf(ending);
    const aggregate = value instanceof type ? value : before;
    if (aggregate === undefined) {
      throw new AssertionFailure('The command was given no aggregate and returned none: () => new Dog(…).');
    }
    return aggregate;
  };
  const happened = () => after().pendingEvents;
  return {
    // biome-ignore lint/suspicious/noThenProperty: given, when, then is what everybody calls it, and awaiting it is refused.
    then(expected) {
      refuseAwaited(expected);
      expectEvents(happened(), expected);
    },
    thenNothing: () => expectEvents(before === undefined && resultOf(ending) === undefined ? [] : happened(), []),
    thenThrows(expected) {
      expectError(ending, expected);
      expectEvents(before?.pendingEvents ?? [], []);
    },
    thenState: (check) => check(after()),
  };
}

function run<T>(command: () => T): Ending<T> {
  try {
    return { value: recordAs({ timestamp: testClock().now() }, command) };
  } catch (error) {
    return { error };
  }
}

/** Recorded events of one aggregate, as they would be stored. */
function recordedFrom(type: object, events: readonly Happened[]): DomainEvent[] {
  const initialVersion: unknown = Reflect.get(type, 'initialVersion');
  const first = typeof initialVersion === 'number' ? initialVersion : 1;
  const topic = topicOf(events[0]?.type);
  const [aggregateId, timestamp] = [testIds()(), testClock().now()];
  return events.map((event, index) => ({
    aggregateId,
    timestamp,
    ...event,
    type: fullType(event.type, topic),
    version: first + index,
    payload: { ...event.payload },
  }));
}
