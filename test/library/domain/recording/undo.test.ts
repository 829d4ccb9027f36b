import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Aggregate, decider, event, ReplayError, recorded } from 'eventsourcing';
import { afterAll, describe, expect, test } from 'vitest';
import { compilers } from '../../support/compilers.ts';
import { errorOf } from '../../support/errors.ts';

const library = pathToFileURL(fileURLToPath(new URL('../../../../code/src/index.ts', import.meta.url))).href;

/**
 * A command fails after it has changed everything that it can reach. Each class keeps its state in another way, and the
 * same is done with all of them.
 */
const source = `
import { Aggregate, Application, event } from '${library}';

class Base extends Aggregate {
  #total = 0;
  get total() { return this.#total; }
  protected add(amount: number) { this.#total += amount; }
}

@event('InBase.Made')
class InBase extends Base {
  @event('Added', 'amount')
  change(amount: number) {
    this.add(amount);
    if (amount > 9) throw new Error('too much');
  }
}

const mixin = <T extends abstract new (...args: any[]) => Aggregate>(base: T) =>
  class extends base {
    #total = 0;
    get total() { return this.#total; }
    addToTotal(amount: number) { this.#total += amount; }
  };

@event('InMixin.Made')
class InMixin extends mixin(class extends Aggregate {}) {
  @event('Added', 'amount')
  change(amount: number) {
    this.addToTotal(amount);
    if (amount > 9) throw new Error('too much');
  }
}

@event('InPrivateField.Made', 'total')
class InPrivateField extends Aggregate {
  #total: number;
  #seen: number[] = [];
  constructor(total: number) { super(); this.#total = total; }
  @event('Added', 'amount')
  change(amount: number) {
    this.#seen.push(amount);
    this.#total += amount;
    if (amount > 9) throw new Error('too much');
  }
  get total() { return this.#total + this.#seen.length - this.#seen.length; }
  get seen() { return this.#seen.length; }
}

@event('WithPrivateMethod.Made')
class WithPrivateMethod extends Aggregate {
  total = 0;
  @event('Added', 'amount')
  change(amount: number) {
    this.total += amount;
    this.#check(amount);
  }
  #check(amount: number) { if (amount > 9) throw new Error('too much'); }
}

@event('WithArrows.Made')
class WithArrows extends Aggregate {
  total = 0;
  readonly add = (amount: number) => { this.total += amount; };
  readonly bound = this.addBound.bind(this);
  readonly helper = { add: (amount: number) => { this.total += amount; } };
  @event('Added', 'amount')
  change(amount: number) {
    this.add(amount);
    this.bound(-amount);
    this.helper.add(amount);
    if (amount > 9) throw new Error('too much');
  }
  private addBound(amount: number) { this.total += amount; }
}

const hidden = new WeakMap<object, { total: number }>();
@event('InWeakMap.Made')
class InWeakMap extends Aggregate {
  constructor() { super(); hidden.set(this, { total: 0 }); }
  get total() { return hidden.get(this)?.total ?? 0; }
  @event('Added', 'amount')
  change(amount: number) {
    const mine = hidden.get(this);
    if (mine) mine.total += amount;
    if (amount > 9) throw new Error('too much');
  }
}

@event('Harmless.Made')
class Harmless extends Aggregate {
  total = 0;
  static readonly pattern = /^#topic[/"]/;
  another() { return new (this.constructor as any)(this); }
  text() { return \`\${\`#nested \${'#deep'}\`} #x = 1\`; }
  @event('Added', 'amount')
  change(amount: number) {
    this.total += /#\\d/.test('#1') ? amount : 0;
    if (amount > 9) throw new Error('too much');
  }
}

export const classes = {
  InBase: () => new InBase(),
  InMixin: () => new InMixin(),
  InPrivateField: () => new InPrivateField(0),
  WithPrivateMethod: () => new WithPrivateMethod(),
  WithArrows: () => new WithArrows(),
  InWeakMap: () => new InWeakMap(),
  Harmless: () => new Harmless(),
};

export const all = [InBase, InMixin, InPrivateField, WithPrivateMethod, WithArrows, InWeakMap, Harmless];
export class Tallies extends Application { static aggregates = all; }
`;

interface Tally extends Aggregate {
  readonly total: number;
  change(amount: number): void;
}

interface Compiled {
  readonly classes: Readonly<Record<string, () => Tally>>;
  readonly all: readonly (new () => Tally)[];
  readonly Tallies: new (options: object) => import('eventsourcing').Application;
}

const folder = mkdtempSync(join(tmpdir(), 'undo-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What holds its state where the class alone can reach it. A snapshot without it would be wrong. */
const withHiddenState = ['InBase', 'InMixin', 'InPrivateField', 'InWeakMap'];

describe.each(Object.keys(compilers))('compiled by %s', (compiler) => {
  test('a refused command is undone, wherever the state is', async () => {
    const { all, classes } = await compiled(compiler);
    for (const [name, make] of Object.entries(classes)) {
      const tally = make();
      const type = all.find((each) => tally instanceof each);
      const add: unknown = name === 'WithArrows' ? Reflect.get(tally, 'add') : undefined;
      tally.change(1);
      for (let times = 0; times < 2; times++) {
        expect(() => tally.change(10), name).toThrow('too much');
        expect(tally, name).toMatchObject({ total: 1, version: 2 });
      }
      if (typeof add === 'function') {
        Reflect.apply(add, undefined, [100]);
        expect(tally.total, 'an arrow function made before').toBe(101);
        Reflect.apply(add, undefined, [-100]);
      }
      tally.change(2);
      expect(tally.total, name).toBe(3);
      expect(tally.pendingEvents, name).toHaveLength(3);
      if (name === 'InPrivateField') expect(Reflect.get(tally, 'seen')).toBe(2);
      const copy: unknown = Reflect.apply(Aggregate.replay, type, [tally.pendingEvents]);
      expect(copy, name).toMatchObject({ total: 3, version: 3 });
    }
  });

  test('a snapshot holds all of the state, or is refused', async () => {
    const { classes, Tallies } = await compiled(compiler);
    for (const [name, make] of Object.entries(classes)) {
      const tallies = new Tallies({ snapshots: true });
      const tally = make();
      tally.change(1);
      tally.change(2);
      await tallies.save(tally);
      const type: unknown = tally.constructor;
      const taking: unknown = Reflect.apply(tallies.takeSnapshot, tallies, [type, tally.id]);
      const [outcome] = await Promise.allSettled([taking]);
      if (withHiddenState.includes(name)) {
        expect(outcome, name).toMatchObject({ status: 'rejected', reason: { code: 'ES_SNAPSHOT' } });
      } else if (name === 'WithArrows') {
        // Its helper is an object that holds a function.
        expect(outcome, name).toMatchObject({ status: 'rejected', reason: { code: 'ES_SNAPSHOT' } });
      } else {
        expect(outcome, name).toMatchObject({ status: 'fulfilled', value: { version: 3, state: { total: 3 } } });
      }
      const again: unknown = await Reflect.apply(tallies.repository.get, tallies.repository, [type, tally.id]);
      expect(again, name).toMatchObject({ total: 3 });
    }
  });
});

describe('a refused command', () => {
  test('leaves nothing of what the body did to the object', () => {
    @event('Dog.Registered', 'name')
    class Dog extends Aggregate {
      tricks?: string[] = ['sit'];
      constructor(public name: string) {
        super();
      }
      @event('Wrecked')
      wreck() {
        delete this.tricks;
        Object.assign(this, { name: 'Rex', extra: true, [Symbol('mark')]: 1 });
        Object.defineProperty(this, 'name', { value: 'fixed', configurable: true });
        Object.setPrototypeOf(this, Aggregate.prototype);
        this.markDiscarded();
        throw new Error('wrecked');
      }
    }
    const dog = new Dog('Fido');
    const { wreck } = Dog.prototype;
    expect(() => wreck.call(dog)).toThrow('wrecked');
    expect(Reflect.ownKeys(dog)).toEqual(Reflect.ownKeys(new Dog('Rex')));
    expect(dog).toMatchObject({ name: 'Fido', tricks: ['sit'], version: 1, isDiscarded: false });
    expect(dog.constructor).toBe(Dog);
    expect(dog.equals(Dog.replay(dog.pendingEvents))).toBe(true);
  });

  test('that wrote to the version leaves the version', () => {
    @event('Dog.Registered')
    class Dog extends Aggregate {
      @event('Aged', 'version')
      age(version: number) {
        Object.assign(this, { version });
      }
    }
    const dog = new Dog();
    expect(errorOf(() => dog.age(9))).toMatchObject({ code: 'ES_VERSION_MISMATCH', aggregateId: dog.id });
    expect(dog.version).toBe(1);
    Object.assign(dog, { version: 7 });
    expect(errorOf(() => dog.age(1)).message).toBe(
      `Something wrote 7 to the version of Dog ${dog.id}, whose last event has version 1. Only events change the version; ` +
        'get the aggregate from the repository again.',
    );
  });

  test('of a decider with 200,000 events changes nothing, and one that is accepted records them all', () => {
    const Gathered = event.of<object>()('Herd.Gathered');
    const Grown = event.of<{ by: number }>()('Grown', 'by');
    const Herd = decider<{ size: number }>()({
      events: [Gathered, Grown],
      evolve: {
        Gathered: () => ({ size: 0 }),
        Grown: ({ size }, { by }) => {
          if (by < 0) throw new Error('shrunk');
          return { size: size + by };
        },
      },
      create: () => Gathered({}),
      decide: { grow: (_, by: readonly number[]) => by.map((one) => Grown({ by: one })) },
    });
    const herd = new Herd();
    const many = Array.from({ length: 200_000 }, () => 1);
    expect(errorOf(() => herd.grow([...many, -1])).code).toBe('ES_EVOLVE');
    expect(herd).toMatchObject({ version: 1, state: { size: 0 } });
    herd.grow(many);
    expect(herd).toMatchObject({ version: 200_001, state: { size: 200_000 } });
    expect(herd.pendingEvents).toHaveLength(200_001);
  });

  test('that can never be undone makes the aggregate refuse all that comes', () => {
    let calls = 0;
    const Counter = recorded(
      class Counter extends Aggregate {
        count = 0;
        step() {
          calls += 1;
          if (calls > 2) throw new Error('A body that depends on more than its event.');
          this.count += 1;
        }
      },
      { new: event('Counter.Made'), step: event('Stepped') },
    );
    const counter = new Counter();
    counter.step();
    counter.step();
    expect(() => counter.step()).toThrow('more than its event');
    const error = errorOf(() => counter.step());
    expect(error).toMatchObject({ code: 'ES_AGGREGATE_BROKEN', aggregateId: counter.id });
    expect(error.cause).toBeInstanceOf(ReplayError);
    expect(counter.pendingEvents).toHaveLength(3);
  });

  test('is told from one that the aggregate alone refuses, where commands are rehearsed', () => {
    const Safe = recorded(
      class Safe extends Aggregate {
        #gold = 0;
        open = true;
        fill(gold: number) {
          this.#gold += gold;
          if (!this.open) throw new Error(`closed, with ${this.#gold}`);
        }
      },
      { new: event('Safe.Built'), fill: event('Filled', 'gold') },
    );
    const safe = new Safe();
    safe.fill(1);
    safe.open = false;
    expect(() => safe.fill(1)).toThrow('closed, with 2');
    expect(errorOf(() => safe.fill(1))).toMatchObject({ code: 'ES_AGGREGATE_BROKEN' });
  });

  test('of an event from outside leaves the aggregate as it was, with #private members too', () => {
    const Safe = recorded(
      class Safe extends Aggregate {
        #gold = 0;
        get gold() {
          return this.#gold;
        }
        fill(gold: number) {
          this.#gold += gold;
          if (gold > 9) throw new Error('too heavy');
        }
      },
      { new: event('Safe.Built'), fill: event('Filled', 'gold') },
    );
    const safe = new Safe();
    safe.fill(1);
    const [, filled] = safe.collectEvents();
    const next = { ...filled, version: 3, payload: { gold: 10 } } as NonNullable<typeof filled>;
    expect(errorOf(() => Safe.mutate(safe, next))).toMatchObject({
      code: 'ES_REPLAY',
      version: 3,
      type: 'Safe.Filled',
    });
    expect(safe).toMatchObject({ version: 2, gold: 1 });
    expect(Safe.mutate(safe, { ...next, payload: { gold: 2 } })).toMatchObject({ version: 3, gold: 3 });
  });
});

async function compiled(compiler: string): Promise<Compiled> {
  const file = join(folder, `${compiler.replaceAll(/\W+/g, '-')}.mjs`);
  writeFileSync(file, (await compilers[compiler]?.(source)) ?? '');
  const module: unknown = await import(/* @vite-ignore */ pathToFileURL(file).href);
  if (isCompiled(module)) return module;
  throw new Error(`${compiler} made something else.`);
}

function isCompiled(module: unknown): module is Compiled {
  return typeof module === 'object' && module !== null && 'classes' in module && 'Tallies' in module;
}
