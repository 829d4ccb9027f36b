import {
  Aggregate,
  Application,
  type ApplicationOptions,
  EventSourcingError,
  event,
  NAMESPACE_URL,
  type NotificationOptions,
  recordAs,
  type SelectOptions,
  uuid5,
} from 'eventsourcing';
import fc from 'fast-check';

@event('Dog.Registered', 'name')
class Dog extends Aggregate {
  readonly tricks: string[] = [];
  constructor(readonly name: string) {
    super();
  }
  @event('TrickAdded', 'trick')
  addTrick(trick: string) {
    this.tricks.push(trick);
    if (trick === '') throw new RangeError('A trick needs a name.');
    return this.tricks.length;
  }
  @event('Left')
  leave() {
    this.markDiscarded();
  }
}

class Kennel extends Application {
  static aggregates = [Dog];
}

/** Two people use a kennel at once, each with an application and dogs of their own in hand. */
type Step = { readonly by: 0 | 1 } & (
  | { readonly do: 'register' | 'addTrick' | 'update' | 'overtake'; readonly dog: number; readonly text: string }
  | { readonly do: 'leave' | 'has' | 'evict' | 'snapshots'; readonly dog: number }
  | { readonly do: 'get' | 'takeSnapshot'; readonly dog: number; readonly version: number | undefined }
  | { readonly do: 'save'; readonly dogs: readonly number[] }
  | { readonly do: 'events'; readonly dog: number; readonly options: SelectOptions }
  | { readonly do: 'select'; readonly options: NotificationOptions }
  | { readonly do: 'section'; readonly id: string }
  | { readonly do: 'restart' }
);

/** What two people do, and how their applications are set up. */
export interface Script {
  readonly options: Pick<ApplicationOptions, 'cache' | 'snapshots'>;
  readonly steps: readonly Step[];
}

const DOGS = ['Fido', 'Rex'];

/** Carries out scripts on one store. */
export class KennelActor {
  readonly #open: () => Kennel;
  readonly #kennels: Kennel[];
  readonly #inHand: Map<number, Dog>[] = [new Map(), new Map()];
  #minutes = 0;

  constructor(options: ApplicationOptions) {
    this.#open = () => new Kennel(options);
    this.#kennels = [this.#open(), this.#open()];
  }

  /** @returns what the step gave back, or a description of the error that it met. */
  async answer(step: Step): Promise<unknown> {
    try {
      return await this.#carryOut(step);
    } catch (error) {
      if (error instanceof EventSourcingError) return [error.name, error.code, error.message];
      if (error instanceof RangeError) return error.message;
      throw error;
    }
  }

  async #carryOut(step: Step): Promise<unknown> {
    const kennel = this.#kennels[step.by] ?? this.#open();
    const dogs = this.#inHand[step.by] ?? new Map<number, Dog>();
    switch (step.do) {
      case 'register':
        dogs.set(
          step.dog,
          this.#now(() => recordAs({ id: idOf(step.dog) }, () => new Dog(step.text))),
        );
        return undefined;
      case 'addTrick':
        return this.#now(() => dogs.get(step.dog)?.addTrick(step.text));
      case 'leave':
        return this.#now(() => dogs.get(step.dog)?.leave());
      case 'save':
        return await kennel.save(...step.dogs.map((dog) => dogs.get(dog)));
      case 'get': {
        const dog = await kennel.repository.get(Dog, idOf(step.dog), { version: step.version });
        dogs.set(step.dog, dog);
        return seen(dog);
      }
      case 'update':
        return await kennel.update(Dog, idOf(step.dog), (dog) => this.#now(() => dog.addTrick(step.text)));
      case 'overtake': {
        // Both have the dog as it is, and the other one is faster.
        const slow = await kennel.repository.get(Dog, idOf(step.dog));
        dogs.set(step.dog, slow);
        const fast = await this.#kennels[1 - step.by]?.repository.get(Dog, idOf(step.dog));
        this.#now(() => fast?.addTrick('overtake'));
        await this.#kennels[1 - step.by]?.save(fast);
        this.#now(() => slow.addTrick(step.text));
        return await kennel.save(slow);
      }
      case 'has':
        return await kennel.repository.has(Dog, idOf(step.dog));
      case 'evict':
        return kennel.repository.evict(idOf(step.dog));
      case 'takeSnapshot':
        return await kennel.takeSnapshot(Dog, idOf(step.dog), { version: step.version });
      case 'snapshots':
        return await kennel.snapshots?.all(idOf(step.dog));
      case 'events':
        return await kennel.events.get(idOf(step.dog), step.options);
      case 'select':
        return await kennel.notificationLog.select(step.options);
      case 'section':
        return await kennel.notificationLog.section(step.id);
      case 'restart':
        this.#kennels[step.by] = this.#open();
        return undefined;
    }
  }

  /** Stores differ in how long they take; what is recorded is not to. */
  #now<R>(action: () => R): R {
    this.#minutes += 1;
    return recordAs({ timestamp: new Date(this.#minutes * 60_000) }, action);
  }
}

function idOf(dog: number): string {
  return uuid5(NAMESPACE_URL, `/dogs/${DOGS[dog]}`);
}

function seen(dog: Dog) {
  const { id, version, createdAt, modifiedAt, name, tricks, pendingEvents } = dog;
  return { id, version, createdAt, modifiedAt, name, tricks: [...tricks], pending: pendingEvents.length };
}

const dog = fc.nat({ max: DOGS.length - 1 });
const text = fc.oneof({ weight: 5, arbitrary: fc.constantFrom('sit', 'fetch ball', '犬 "\'\\', '') }, fc.string());
const version = fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined });
const bound = fc.option(fc.integer({ min: -1, max: 12 }), { nil: undefined });
const limit = fc.option(fc.integer({ min: -1, max: 12 }), { nil: undefined, freq: 3 });
const topics = fc.option(fc.subarray(['Dog.Registered', 'Dog.TrickAdded', 'Dog.Left', 'Cat.Born']), { nil: undefined });

const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('register' as const), dog, text }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('addTrick' as const), dog, text }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('save' as const), dogs: fc.array(dog, { maxLength: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('get' as const), dog, version }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('update' as const), dog, text }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('overtake' as const), dog, text }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), dog }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('has' as const, 'evict' as const, 'snapshots' as const), dog }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('takeSnapshot' as const), dog, version }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('events' as const),
      dog,
      options: fc.record({ gt: bound, lte: bound, desc: fc.boolean(), limit }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('select' as const),
      options: fc.record({ start: bound, stop: bound, limit, topics }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('section' as const),
      id: fc.oneof(
        { weight: 6, arbitrary: fc.tuple(fc.integer({ min: -2, max: 9 }), fc.nat(15)).map((ids) => ids.join(',')) },
        fc.string({ maxLength: 4 }),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

/** Random scripts. */
export const scripts: fc.Arbitrary<Script> = fc.record({
  options: fc.record(
    {
      snapshots: fc.oneof(fc.boolean(), fc.record({ every: fc.integer({ min: 1, max: 4 }) })),
      cache: fc.record({ maxSize: fc.integer({ min: 1, max: 2 }), fastForward: fc.boolean() }),
    },
    { requiredKeys: [] },
  ),
  steps: fc.array(
    fc.tuple(fc.constantFrom(0 as const, 1 as const), action).map(([by, what]): Step => ({ by, ...what })),
    { minLength: 10, maxLength: 60 },
  ),
});
