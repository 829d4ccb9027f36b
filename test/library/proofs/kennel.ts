import assert from 'node:assert/strict';
import {
  Aggregate,
  AggregateNotFoundError,
  Application,
  type ApplicationOptions,
  type DomainEvent,
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
  /** What it was rewarded with, whatever that is. */
  last: unknown = null;
  learnt = 0;
  /** These hold on to the object that they were made for. */
  readonly learn = () => {
    this.learnt += 1;
  };
  readonly knows = () => this.learnt;
  constructor(readonly name: string) {
    super();
  }
  @event('TrickAdded', 'trick')
  addTrick(trick: string) {
    this.tricks.push(trick);
    if (trick === '') throw new RangeError('A trick needs a name.');
    return this.tricks.length;
  }
  @event('Taught', 'trick')
  teach(trick: string) {
    this.learn();
    if (this.knows() > 3) throw new RangeError('A dog learns three tricks in its life.');
    if (trick === '') throw new RangeError('A trick needs a name.');
  }
  @event('Rewarded', 'reward')
  reward(reward: unknown) {
    this.last = reward;
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
  | {
      readonly do: 'register' | 'addTrick' | 'teach' | 'insist' | 'update' | 'overtake';
      readonly dog: number;
      readonly text: string;
    }
  | { readonly do: 'leave' | 'collect' | 'has' | 'evict' | 'snapshots'; readonly dog: number }
  | { readonly do: 'get' | 'takeSnapshot'; readonly dog: number; readonly version: number | undefined }
  | { readonly do: 'save'; readonly dogs: readonly number[] }
  | { readonly do: 'events'; readonly dog: number; readonly options: SelectOptions }
  | { readonly do: 'select'; readonly options: NotificationOptions }
  | { readonly do: 'section'; readonly id: string }
  | { readonly do: 'restart' }
  | { readonly do: 'reward'; readonly dog: number; readonly reward: unknown }
  | { readonly do: 'lookUp'; readonly how: (typeof LOOK_UPS)[number]; readonly id: string }
  | { readonly do: 'registerAs'; readonly id: string }
  | { readonly do: 'saveEvent'; readonly dog: number; readonly ahead: number; readonly part: Partial<DomainEvent> }
);

/** What two people do, and how their applications are set up. */
export interface Script {
  readonly options: Pick<ApplicationOptions, 'cache' | 'snapshots'>;
  readonly steps: readonly Step[];
}

const LOOK_UPS = ['get', 'has', 'update', 'takeSnapshot', 'events', 'snapshots', 'evict'] as const;

const DOGS = ['Fido', 'Rex'];

/** Carries out scripts on one store. */
export class KennelActor {
  readonly #open: () => Kennel;
  readonly #kennels: Kennel[];
  /** Reads everything from the first event on, and so shows what is stored. */
  readonly #plain: Kennel;
  readonly #inHand: Map<number, Dog>[] = [new Map(), new Map()];
  #minutes = 0;

  constructor(options: ApplicationOptions) {
    this.#open = () => new Kennel(options);
    this.#kennels = [this.#open(), this.#open()];
    const { store, name } = options;
    this.#plain = new Kennel({ ...(store && { store }), ...(name && { name }), sectionSize: 1_000 });
  }

  /** @returns what the step gave back, or a description of the error that it met. */
  async answer(step: Step): Promise<unknown> {
    try {
      const answer = await this.#carryOut(step);
      const kept = structuredClone(answer);
      // What was given out is the caller's, who may do with it as they like.
      spoil(answer);
      return kept;
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
      case 'teach':
        return this.#now(() => dogs.get(step.dog)?.teach(step.text));
      case 'insist': {
        // The first is refused, once it has changed something.
        const dog = await kennel.repository.get(Dog, idOf(step.dog));
        dogs.set(step.dog, dog);
        assert.throws(() => this.#now(() => dog.teach('')), RangeError);
        this.#now(() => dog.teach(step.text));
        const notifications = await kennel.save(dog);
        await this.#compare(dog);
        return notifications;
      }
      case 'collect':
        return dogs.get(step.dog)?.collectEvents();
      case 'leave':
        return this.#now(() => dogs.get(step.dog)?.leave());
      case 'save': {
        const saved = step.dogs.map((dog) => dogs.get(dog));
        const notifications = await kennel.save(...saved);
        // What is in hand is what was stored, also after commands that were refused.
        const stored = new Set(notifications.map(({ aggregateId }) => aggregateId));
        for (const dog of saved)
          if (dog !== undefined && stored.has(dog.id) && !dog.isDiscarded) await this.#compare(dog);
        return notifications;
      }
      case 'get': {
        const dog = await kennel.repository.get(Dog, idOf(step.dog), { version: step.version });
        dogs.set(step.dog, dog);
        await this.#compare(dog);
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
      case 'reward':
        return this.#now(() => dogs.get(step.dog)?.reward(step.reward));
      case 'lookUp':
        return await lookUp(kennel, step.how, step.id);
      case 'registerAs':
        return await kennel.save(this.#now(() => recordAs({ id: step.id }, () => new Dog('Odd'))));
      case 'saveEvent': {
        const id = idOf(step.dog);
        const isOwn = step.part.aggregateId === undefined;
        const last = isOwn ? ((await this.#plain.events.get(id)).at(-1)?.version ?? 0) : 0;
        const made = { aggregateId: id, version: last + 1 + step.ahead, timestamp: '2026-11-21T09:30:00.000Z' };
        const said =
          last === 0
            ? { type: 'Dog.Registered', payload: { name: 'Rover' } }
            : { type: 'Dog.Rewarded', payload: { reward: new Uint8Array([1, 2, 3]) } };
        return await kennel.save({ ...made, ...said, ...step.part });
      }
      case 'restart':
        this.#kennels[step.by] = this.#open();
        return undefined;
    }
  }

  /** All that was stored can be read, and each aggregate is what its events say. */
  async check(): Promise<void> {
    const log = await this.#plain.notificationLog.select({ limit: 1_000 });
    for (const id of new Set(log.map(({ aggregateId }) => aggregateId))) {
      for (const kennel of [this.#plain, ...this.#kennels]) {
        try {
          await this.#compare(await kennel.repository.get(Dog, id));
        } catch (error) {
          // Discarded, that is.
          if (!(error instanceof AggregateNotFoundError)) throw error;
        }
      }
    }
  }

  /** A cache may be behind, if it's told not to look; but what it shows was so. */
  async #compare(dog: Dog): Promise<void> {
    const plain = await this.#plain.repository.get(Dog, dog.id, { version: dog.version });
    assert.deepEqual(seen(dog), seen(plain), 'What was read differs from what is stored.');
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
  const { id, version, createdAt, modifiedAt, name, tricks, last, learnt, pendingEvents } = dog;
  return { id, version, createdAt, modifiedAt, name, tricks: [...tricks], last, learnt, pending: pendingEvents.length };
}

async function lookUp(kennel: Kennel, how: (typeof LOOK_UPS)[number], id: string): Promise<unknown> {
  switch (how) {
    case 'get':
      return seen(await kennel.repository.get(Dog, id));
    case 'has':
      return await kennel.repository.has(Dog, id);
    case 'update':
      return await kennel.update(Dog, id, () => undefined);
    case 'takeSnapshot':
      return await kennel.takeSnapshot(Dog, id);
    case 'events':
      return await kennel.events.get(id);
    case 'snapshots':
      return await kennel.snapshots?.latest(id);
    case 'evict':
      return kennel.repository.evict(id);
  }
}

/** Overwrites what can be overwritten in a value that was given out. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof Uint8Array) value.fill(0);
  else if (value instanceof Map || value instanceof Set) for (const item of value.values()) spoil(item);
  else for (const item of Object.values(value)) spoil(item);
}

const dog = fc.nat({ max: DOGS.length - 1 });
const text = fc.oneof({ weight: 5, arbitrary: fc.constantFrom('sit', 'fetch ball', '犬 "\'\\', '') }, fc.string());
const version = fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined });
const bound = fc.option(fc.integer({ min: -1, max: 12 }), { nil: undefined });
const limit = fc.option(fc.integer({ min: -1, max: 12 }), { nil: undefined, freq: 3 });
const topics = fc.option(fc.subarray(['Dog.Registered', 'Dog.TrickAdded', 'Dog.Left', 'Cat.Born']), { nil: undefined });

/** Some that a store could take for one another, and some that none takes. */
const oddId = fc.constantFrom('a\0', '\ud800', '\ufffd', 'a\udc00b', '', ' ', 'x'.repeat(255), 'x'.repeat(256), '犬');

function withName(value: object): object {
  return Object.assign(value, { name: 'named' });
}

/** Values that are hard to keep, and values that nobody can keep. */
const reward = fc.oneof(
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 8 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      -0,
      2n ** 70n,
      new Date(-1),
      { _type_: 'set', _data_: [1] },
      JSON.parse('{"__proto__":{"a":[1]},"constructor":2}'),
      new Map<unknown, unknown>([
        [{ a: 1 }, new Uint8Array([1])],
        [[], new Set([new Uint8Array([2])])],
      ]),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      Number.NaN,
      new Array(1),
      withName(new Date(0)),
      withName(new Map()),
      withName(new Uint8Array(2)),
      Object.defineProperty({}, 'hidden', { value: 1 }),
      Object(1),
      () => 1,
    ),
  },
);

/** What is other than it has to be in an event as such, or nothing. */
const part: fc.Arbitrary<Partial<DomainEvent>> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ metadata: fc.dictionary(fc.constantFrom('__proto__', 'user'), reward) }) },
  { weight: 1, arbitrary: fc.record({ aggregateId: oddId }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<object>(
      { payload: [] },
      { payload: new Map() },
      { payload: { name: 'Rover', colour: 'red' } },
      { metadata: 5 },
      { timestamp: 'garbage' },
      { timestamp: '2026-02-30T00:00:00.000Z' },
      { version: 0 },
      { version: 1.5 },
      { type: 'Dog.Barked' },
    ),
  },
);

const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('reward' as const), dog, reward }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('lookUp' as const), how: fc.constantFrom(...LOOK_UPS), id: oddId }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('registerAs' as const), id: oddId }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('saveEvent' as const), dog, ahead: fc.constantFrom(0, 0, 0, 1), part }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('register' as const), dog, text }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('addTrick' as const, 'teach' as const, 'insist' as const), dog, text }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('collect' as const), dog }) },
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
