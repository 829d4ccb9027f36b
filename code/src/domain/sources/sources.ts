import { ArgumentError } from '../errors.ts';

/** Where times and random ids come from, instead of the system. */
export interface Sources {
  /** The time of the next event: a `Date`, or a UTC time in ISO 8601. */
  readonly now?: (() => Date | string) | undefined;
  /** The next id, in place of a random UUID. */
  readonly id?: (() => string) | undefined;
}

/** The sources that hold until one asynchronous action has ended. */
class AsyncScope {
  #current: Sources | undefined;

  get current(): Sources | undefined {
    return this.#current;
  }

  async during<R>(given: Sources, action: () => R | PromiseLike<R>): Promise<R> {
    if (this.#current !== undefined) {
      throw new ArgumentError(
        'withSources was called while another call of it is under way, and could not tell their events apart. Await ' +
          'the first one before the next, and run tests that use it one after the other.',
      );
    }
    this.#current = given;
    try {
      return await action();
    } finally {
      this.#current = undefined;
    }
  }
}

export const sources = new AsyncScope();

/**
 * Runs an action, and takes times and random ids from the given sources until it has ended, also after its awaits: for
 * tests. Whatever runs meanwhile takes them too, since nothing that browsers and Node have in common follows one action
 * across awaits; so there is one such action at a time. `recordAs` takes precedence.
 *
 * @throws {ArgumentError} if another such action is under way.
 * @example
 * ```ts
 * import { Aggregate, Application, event, withSources } from 'eventsourcing';
 * import { testClock, testIds } from 'eventsourcing/testing';
 *
 * @event('Dog.Registered', 'name')
 * class Dog extends Aggregate {
 *   constructor(readonly name: string) { super(); }
 * }
 *
 * class DogSchool extends Application {
 *   static aggregates = [Dog];
 * }
 *
 * const clock = testClock('2026-11-21T09:30:00Z');
 * await withSources({ now: clock.now, id: testIds() }, async () => {
 *   const [registered] = await new DogSchool().save(new Dog('Fido'));
 *   console.log(registered?.timestamp); // 2026-11-21T09:30:00.000Z
 *   console.log(registered?.aggregateId); // 00000000-0000-4000-8000-000000000001
 * });
 * ```
 */
export async function withSources<R>(given: Sources, action: () => R | PromiseLike<R>): Promise<R> {
  return await sources.during(given, action);
}
