import {
  Application,
  type DomainEvent,
  decider,
  EvolveError,
  event,
  eventSchema,
  memory,
  NAMESPACE_URL,
  recordAs,
  TopicError,
  transcoding,
  uuid5,
  VersionConflictError,
} from 'eventsourcing';
import { describe, expect, test } from 'vitest';
import { errorOf, expectCode, rejectionOf } from '../../support/errors.ts';

const Opened = event.of<{ owner: string; opening: number }>()('Account.Opened', 'owner', 'opening');
const Credited = event.of<{ amount: number }>()('Credited', 'amount');
const Closed = event('Closed');

interface AccountState {
  readonly owner: string;
  readonly balance: number;
  readonly credits: readonly number[];
}

const Account = decider<AccountState>()({
  events: [Opened, Credited, Closed],
  evolve: {
    Opened: (_, { owner, opening }) => ({ owner, balance: opening, credits: [] }),
    Credited: (account, { amount }) => ({
      ...account,
      balance: account.balance + amount,
      credits: [...account.credits, amount],
    }),
    Closed: () => null,
  },
  create: (owner: string, gift?: number) =>
    gift === undefined ? Opened({ owner, opening: 0 }) : [Opened({ owner, opening: 0 }), Credited({ amount: gift })],
  createId: (owner) => uuid5(NAMESPACE_URL, `/accounts/${owner}`),
  decide: {
    credit: (_account, ...amounts: readonly number[]) => {
      if (amounts.some((amount) => amount <= 0)) throw new RangeError('Nothing to credit.');
      return amounts.map((amount) => Credited({ amount }));
    },
    close: () => Closed(),
    closeTwice: () => [Closed(), Closed()],
  },
});

class Bank extends Application {
  static aggregates = [Account];
}

/** For what the compiler refuses. */
const loose = (options: object): unknown => Reflect.apply(decider(), undefined, [options]);
const fitting = {
  events: [Opened],
  evolve: { Opened: () => ({}) },
  create: () => Opened({ owner: '', opening: 0 }),
  decide: {},
};

describe('an aggregate in the functional style', () => {
  test('records what its functions decide', () => {
    const account = new Account('Ann', 5);
    account.credit(1, 2);
    account.credit();
    expect(account.id).toBe(uuid5(NAMESPACE_URL, '/accounts/Ann'));
    expect(account.version).toBe(4);
    expect(account.state).toEqual({ owner: 'Ann', balance: 8, credits: [5, 1, 2] });
    expect(account.constructor).toBe(Account);
    expect(Account.name).toBe('Account');
    const events = account.collectEvents();
    expect(events.map((e) => e.type)).toEqual(['Account.Opened', ...Array(3).fill('Account.Credited')]);
    expect(events.every((e) => !Opened.matches(e) || e.payload.owner === 'Ann')).toBe(true);
    expect(Account.replay(events).equals(account)).toBe(true);
  });

  test('records its events as recordAs says', () => {
    const options = { id: 'a', timestamp: '2026-11-21T09:30:00Z', metadata: { by: 'me' } };
    const account = recordAs(options, () => new Account('Ann', 1));
    expect(account.pendingEvents.map((e) => [e.aggregateId, e.timestamp, e.metadata])).toEqual(
      Array(2).fill(['a', '2026-11-21T09:30:00.000Z', { by: 'me' }]),
    );
  });

  test('an event of another aggregate or version is refused', () => {
    const account = new Account('Ann', 5);
    const [first, second] = account.collectEvents() as [DomainEvent, DomainEvent];
    const only = Account.mutate(undefined, first);
    expectCode(() => Account.mutate(only, { ...second, aggregateId: 'other' }), 'ES_ID_MISMATCH');
    expectCode(() => Account.mutate(only, { ...second, version: 3 }), 'ES_VERSION_MISMATCH');
    expectCode(() => Account.mutate(only, { ...second, type: 'Account.Unknown' }), 'ES_TOPIC_UNKNOWN');
    expectCode(() => Account.replay([second]), 'ES_TOPIC_UNKNOWN');
    expect(only.state.balance).toBe(0);
    expect(Account.mutate(only, second).state.balance).toBe(5);
  });

  test('all that is decided at once is recorded, or none of it', () => {
    const account = new Account('Ann');
    expect(() => account.credit(1, -1)).toThrow(RangeError);
    expectCode(() => account.closeTwice(), 'ES_DISCARDED');
    expect(account.version).toBe(1);
    expect(account.isDiscarded).toBe(false);
    expect(account.pendingEvents).toHaveLength(1);
    account.close();
    expect(account.isDiscarded).toBe(true);
    expectCode(() => account.credit(1), 'ES_DISCARDED');
    expect(Account.replay(account.collectEvents()).isDiscarded).toBe(true);
  });

  test('its states are frozen, all the way down', () => {
    interface State {
      readonly list: readonly { readonly n: number }[];
      readonly map: ReadonlyMap<string, Date>;
      readonly set: ReadonlySet<number>;
    }
    const Made = event('Deep.Made');
    const Deep = decider<State>()({
      events: [Made],
      evolve: { Made: () => ({ list: [{ n: 1 }], map: new Map([['a', new Date(0)]]), set: new Set([1]) }) },
      create: () => Made(),
      decide: {},
    });
    const { state } = new Deep();
    expect(() => Reflect.apply(Array.prototype.push, state.list, [1])).toThrow(TypeError);
    expect(Object.isFrozen(state.list[0])).toBe(true);
    expect(() => (state.map as Map<string, Date>).set('b', new Date())).toThrow(TypeError);
    expect(() => state.map.get('a')?.setTime(1)).toThrow(TypeError);
    expect(() => (state.set as Set<number>).add(2)).toThrow(TypeError);
  });

  test('works with an application: get, update, conflicts, versions, the cache and verify', async () => {
    const bank = new Bank({ verify: true, cache: { maxSize: 2 } });
    const account = new Account('Ann');
    await bank.save(account);
    expect(account.pendingEvents).toEqual([]);
    await Promise.all([
      bank.update(Account, account.id, (a) => a.credit(1)),
      bank.update(Account, account.id, (a) => a.credit(2)),
    ]);
    const copy = await bank.repository.get(Account, account.id);
    expect([copy.version, copy.state.balance]).toEqual([3, 3]);
    expect((await bank.repository.get(Account, account.id, { version: 1 })).state.balance).toBe(0);
    account.credit(9);
    expect(await rejectionOf(bank.save(account))).toBeInstanceOf(VersionConflictError);
    expect(account.pendingEvents).toHaveLength(1);
    await bank.update(Account, account.id, (a) => a.close());
    expect((await rejectionOf(bank.repository.get(Account, account.id))).code).toBe('ES_AGGREGATE_NOT_FOUND');
    expect(Object.keys(eventSchema(Bank))).toEqual(['Account.Closed', 'Account.Credited', 'Account.Opened']);
  });
});

describe('a snapshot of an immutable aggregate', () => {
  test('is its state, and replay goes on from it', async () => {
    const store = memory();
    const bank = new Bank({ store, snapshots: { every: 2 } });
    const account = new Account('Ann', 5);
    account.credit(1);
    await bank.save(account);
    expect((await bank.snapshots?.latest(account.id))?.state).toEqual({ owner: 'Ann', balance: 5, credits: [5] });
    const copy = await bank.repository.get(Account, account.id);
    expect(copy.state).toEqual({ owner: 'Ann', balance: 6, credits: [5, 1] });
    expect(Object.isFrozen(copy.state.credits)).toBe(true);
    expect(copy.equals(account)).toBe(true);
  });

  test('is passed by if the state has other fields now, and goes through upcasts', async () => {
    const options = {
      events: [Opened],
      create: (owner: string) => Opened({ owner, opening: 1 }),
      decide: {},
    } as const;
    const Old = decider<{ readonly who: string }>()({ ...options, evolve: { Opened: (_, e) => ({ who: e.owner }) } });
    const New = decider<{ readonly owner: string }>()({
      ...options,
      evolve: { Opened: (_, { owner }) => ({ owner }) },
    });
    const Stepped = decider<{ readonly owner: string }>()({
      ...options,
      evolve: { Opened: (_, { owner }) => ({ owner }) },
      upcasts: [({ who }) => ({ owner: `${who}, once` })],
    });
    const store = memory();
    const bankOf = (type: typeof Old | typeof New) => {
      class AnyBank extends Application {
        static aggregates = [type];
      }
      return new AnyBank({ store, name: 'bank', snapshots: true });
    };
    const account = new Old('Ann');
    const bank = bankOf(Old);
    await bank.save(account);
    await bank.takeSnapshot(Old, account.id);
    expect((await bankOf(New).repository.get(New, account.id)).state).toEqual({ owner: 'Ann' });
    expect((await bankOf(Stepped).repository.get(Stepped, account.id)).state).toEqual({ owner: 'Ann, once' });
  });

  test('of a state that is more than data needs to and from, or is refused', async () => {
    class Money {
      readonly cents: number;
      constructor(cents: number) {
        this.cents = cents;
      }
    }
    const Saved = event.of<{ cents: number }>()('Purse.Saved', 'cents');
    const options = {
      events: [Saved],
      evolve: { Saved: (_: undefined, { cents }: { readonly cents: number }) => ({ money: new Money(cents) }) },
      create: (cents: number) => Saved({ cents }),
      decide: {},
    } as const;
    interface Purse {
      readonly money: Money;
    }
    const takes = async (type: ReturnType<typeof plain>) => {
      class Purses extends Application {
        static aggregates = [type];
      }
      const purses = new Purses({ snapshots: true });
      const purse = new type(7);
      await purses.save(purse);
      const { state } = await purses.takeSnapshot(type, purse.id);
      expect((await purses.repository.get(type, purse.id)).state).toEqual({ money: new Money(7) });
      return state;
    };
    const plain = () => decider<Purse>()(options);
    expect((await rejectionOf(takes(plain()))).message).toMatch(/instance of Money, which has no transcoding/);
    const withFunctions = decider<Purse>()({
      ...options,
      snapshot: { to: ({ money }) => ({ cents: money.cents }), from: ({ cents }) => ({ money: new Money(cents) }) },
    });
    expect(await takes(withFunctions)).toEqual({ cents: 7 });
    const money = transcoding(Money, { name: 'money', encode: (m) => m.cents, decode: (cents) => new Money(cents) });
    expect(await takes(decider<Purse>()({ ...options, transcodings: [money] }))).toEqual({ money: new Money(7) });
    expectCode(() => loose({ ...fitting, snapshot: { to: () => ({}) } }), 'ES_SNAPSHOT', /from/);
  });
});

describe('what does not fit is refused', () => {
  test('when the decider is defined', () => {
    expectCode(() => loose({ ...fitting, evolve: {} }), 'ES_EVOLVE', /Account lacks the function Opened in evolve/);
    const evolve = { ...fitting.evolve, Gone: () => null };
    expectCode(() => loose({ ...fitting, evolve }), 'ES_EVOLVE', /evolve\.Gone, and no such event.*Opened/);
    expectCode(() => loose({ ...fitting, create: undefined }), 'ES_EVOLVE', /lacks the function create/);
    expectCode(() => loose({ ...fitting, events: [Credited] }), 'ES_TOPIC_MISSING', /event\('Dog\.Credited'/);
    expectCode(() => loose({ ...fitting, events: [Opened, event('B.Made')] }), 'ES_EVENT_DUPLICATE', /B\.Made/);
    expectCode(() => loose({ ...fitting, events: [Opened, Closed, Closed] }), 'ES_EVENT_DUPLICATE', /Closed/);
    expectCode(() => loose({ ...fitting, events: ['Opened'] }), 'ES_EVENT_NAME', /event\(…\)/);
    expectCode(() => loose({ ...fitting, decide: { collectEvents: () => [] } }), 'ES_EVENT_TARGET', /Rename it/);
    expectCode(() => loose({ ...fitting, decide: { wait: async () => [] } }), 'ES_EVENT_TARGET', /async/);
    expectCode(() => loose({ ...fitting, initialVersion: -1 }), 'ES_INVALID_ARGUMENT', /initialVersion/);
  });

  test('when decide returns what is no event of its own', () => {
    const Other = event('OtherThing');
    const decided = (result: unknown) => {
      const options = { ...fitting, create: () => Opened({ owner: '', opening: 0 }), decide: { run: () => result } };
      const type: unknown = loose(options);
      if (typeof type !== 'function') throw new TypeError('No class.');
      const made: { run(): void } = Reflect.construct(type, []);
      return () => made.run();
    };
    expect(errorOf(decided(Other()))).toBeInstanceOf(TopicError);
    expectCode(decided(Other()), 'ES_TOPIC_UNKNOWN', /decide\.run of Account returned OtherThing/);
    expectCode(decided(Opened({ owner: '', opening: 0 })), 'ES_TOPIC_UNKNOWN', /after the first/);
    expectCode(decided(undefined), 'ES_ARGUMENTS', /returned nothing/);
    expectCode(decided(['Opened']), 'ES_ARGUMENTS', /not an event/);
    expectCode(decided(Promise.reject(new Error('late'))), 'ES_ASYNC_COMMAND');
    const wrong: unknown = loose({ ...fitting, create: () => Closed() });
    expectCode(() => typeof wrong === 'function' && Reflect.construct(wrong, []), 'ES_ARGUMENTS', /returned Closed/);
  });

  test('when the payload has other fields', () => {
    const payload: object = { amount: 1, amounts: 2 };
    expectCode(() => Reflect.apply(Credited, undefined, [payload]), 'ES_ARGUMENTS', /no field amounts.*amount/);
    expectCode(() => Reflect.apply(Credited, undefined, [5]), 'ES_ARGUMENTS', /must be an object/);
  });

  test('when evolve throws, changes what it is given, or returns no state', () => {
    const evolving = (evolve: (state: { balance: number }) => unknown) => {
      const options = {
        events: [Opened, Closed],
        evolve: { Opened: () => ({ balance: 0 }), Closed: evolve },
        create: fitting.create,
        decide: { close: () => Closed() },
      };
      const type: unknown = loose(options);
      if (typeof type !== 'function') throw new TypeError('No class.');
      const made: { close(): void; version: number; state: unknown } = Reflect.construct(type, []);
      const error = errorOf(() => made.close());
      expect([made.version, made.state]).toEqual([1, { balance: 0 }]);
      expect(error).toBeInstanceOf(EvolveError);
      expect(error).toMatchObject({ code: 'ES_EVOLVE', version: 2, type: 'Account.Closed' });
      return error;
    };
    const cause = new Error('broken');
    const thrown = evolving(() => {
      throw cause;
    });
    expect(thrown.cause).toBe(cause);
    expect(thrown.message).toMatch(/evolve of Account\.Closed \(version 2 of .*\) threw Error: broken/);
    const mutating = evolving((state) => {
      state.balance = 1;
      return state;
    });
    expect(mutating.message).toMatch(/read only.*states are frozen/);
    expect(evolving(() => undefined).message).toMatch(/returned undefined/);
    expect(evolving(() => []).message).toMatch(/an array/);
    expect(evolving(() => Promise.resolve({})).message).toMatch(/promise/);
  });

  test('when evolve records', () => {
    const account = new Account('Ann');
    const Made = event('Nested.Made');
    const Nested = decider<{ readonly n: number }>()({
      events: [Made],
      evolve: {
        Made: () => {
          account.credit(1);
          return { n: 1 };
        },
      },
      create: () => Made(),
      decide: {},
    });
    const error = errorOf(() => new Nested());
    expect(error.cause).toMatchObject({ code: 'ES_NESTED_COMMAND' });
  });
});
