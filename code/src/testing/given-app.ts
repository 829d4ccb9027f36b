import type { Application, DomainEvent } from '../index.ts';
import { expectEvents, type Happened } from './happened.ts';
import { type Ending, type ExpectedError, expectError, refuseAwaited, resultOf } from './outcome.ts';

/** What happened when a command of an application ran. Each function rejects with an assertion error unless it is so. */
export interface AppOutcome<R> {
  /** Exactly these events were stored, in this order. */
  readonly then: (events: readonly Happened[]) => Promise<void>;
  /** Nothing was stored, and nothing was thrown. */
  readonly thenNothing: () => Promise<void>;
  /** The command threw such an error, and nothing was stored. */
  readonly thenThrows: (expected?: ExpectedError) => Promise<void>;
  /** Whatever the function asserts of what the command has returned holds. */
  readonly thenResult: (check: (result: R) => void | Promise<void>) => Promise<void>;
}

/** Runs the command that is tested. */
export interface GivenApp<App, Before> {
  readonly when: <R>(command: (app: App, before: Before) => R | PromiseLike<R>) => AppOutcome<R>;
}

/**
 * A test of an application: given what has been done, when this command runs, then these events are stored.
 *
 * @param app an application, with whatever store.
 * @param setup does what comes before. What it returns, an id for example, is handed to the command.
 * @example
 * ```ts
 * import { Aggregate, Application, event } from 'eventsourcing';
 * import { givenApp } from 'eventsourcing/testing';
 *
 * const TrickAdded = event.of<{ trick: string }>()('TrickAdded', 'trick');
 *
 * @event('Dog.Registered', 'name')
 * class Dog extends Aggregate {
 *   constructor(readonly name: string) { super(); }
 *
 *   @TrickAdded
 *   addTrick(trick: string) { return trick; }
 * }
 *
 * class DogSchool extends Application {
 *   static aggregates = [Dog];
 *
 *   async registerDog(name: string) {
 *     const dog = new Dog(name);
 *     await this.save(dog);
 *     return dog.id;
 *   }
 *
 *   async addTrick(id: string, trick: string) {
 *     await this.update(Dog, id, (dog) => dog.addTrick(trick));
 *   }
 * }
 *
 * await givenApp(new DogSchool(), (school) => school.registerDog('Fido'))
 *   .when((school, id) => school.addTrick(id, 'sit'))
 *   .then([TrickAdded({ trick: 'sit' })]);
 * ```
 */
export function givenApp<App extends Application>(app: App): GivenApp<App, undefined>;
export function givenApp<App extends Application, Before>(
  app: App,
  setup: (app: App) => Before | PromiseLike<Before>,
): GivenApp<App, Before>;
export function givenApp<App extends Application, Before>(
  app: App,
  setup?: (app: App) => Before | PromiseLike<Before>,
): GivenApp<App, Before | undefined> {
  return { when: (command) => outcome(app, setup, command) };
}

function outcome<App extends Application, Before, R>(
  app: App,
  setup: ((app: App) => Before | PromiseLike<Before>) | undefined,
  command: (app: App, before: Before | undefined) => R | PromiseLike<R>,
): AppOutcome<R> {
  let running: Promise<{ ending: Ending<R>; stored: readonly DomainEvent[] }> | undefined;
  /** The command runs once, however much is asked of its outcome. */
  const result = () => {
    running ??= (async () => {
      const before = await setup?.(app);
      const position = (await storedAfter(app, 0)).position;
      const ending = await run(async () => await command(app, before));
      return { ending, stored: (await storedAfter(app, position)).events };
    })();
    return running;
  };
  const expect = async (events: readonly Happened[]) => {
    const { ending, stored } = await result();
    resultOf(ending);
    expectEvents(stored, events);
  };
  return {
    // biome-ignore lint/suspicious/noThenProperty: given, when, then is what everybody calls it, and awaiting it is refused.
    then(events) {
      // Not in an asynchronous function: whoever awaits the outcome would wait for ever.
      refuseAwaited(events);
      return expect(events);
    },
    thenNothing: () => expect([]),
    async thenThrows(expected) {
      const { ending, stored } = await result();
      expectError(ending, expected);
      expectEvents(stored, []);
    },
    async thenResult(check) {
      await check(resultOf((await result()).ending));
    },
  };
}

async function run<T>(command: () => Promise<T>): Promise<Ending<T>> {
  try {
    return { value: await command() };
  } catch (error) {
    return { error };
  }
}

async function storedAfter(app: Application, after: number): Promise<{ position: number; events: DomainEvent[] }> {
  const events: DomainEvent[] = [];
  for (let position = after; ; ) {
    const more = await app.notificationLog.select({ start: position + 1, limit: app.notificationLog.sectionSize });
    for (const event of more) events.push(event);
    const last = more.at(-1)?.id;
    if (last === undefined) return { position, events };
    position = last;
  }
}
