import { on, type Payload, ProcessingError, type ViewGeneration } from 'eventsourcing';
import { type AllOptions, projection } from 'eventsourcing/projection';
import { Runner, System } from 'eventsourcing/system';
import { describe, expect, test } from 'vitest';
import { PATIENCE_MS } from '../../patience.ts';
import { Account, Accounts, Credited, Opened, Renamed } from '../support/accounts.ts';
import { balances } from '../support/balances.ts';
import { rejectionOf } from '../support/errors.ts';
import type { FullStore, TestedStore } from './stores.ts';

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** How long those who rebuild may be silent here. */
const SILENCE_MS = 200;

/** Follows nothing but openings: one row for each. */
const names = projection(
  { name: 'Names', tables: { names: { name: 'text' } } },
  {
    on: [on(Opened, ({ aggregateId, payload }, { names }) => names.set(aggregateId, { name: payload.owner }))],
    forget: 'keeps nothing personal',
  },
);

/** A table with a column of each type, filled by one event for each row. */
const kinds = {
  name: 'Kinds',
  tables: {
    rows: { text: 'text?', whole: 'integer?', real: 'real?', flag: 'boolean?', data: 'json?' },
  },
} as const;

async function withCredits(store: FullStore, ...amounts: readonly number[]) {
  const accounts = new Accounts({ store });
  const account = new Account('Ada');
  for (const amount of amounts) account.credit(amount);
  await accounts.save(account);
  return { accounts, account };
}

/** Tables that follow from the events of an application, each event once. */
export function projectionSuite({ name, open, newPlace }: TestedStore): void {
  describe(`on ${name}, a projection`, () => {
    test('stores rows, and its position with them', async () => {
      const store = open();
      const { accounts, account } = await withCredits(store, 1, 2, 3);
      const view = balances.open({ store });
      expect(await view.position('Accounts')).toBe(0);
      expect(await view.tables.accounts.get(account.id)).toBeUndefined();
      await view.catchUp(accounts);
      await view.catchUp(accounts);
      expect(await view.tables.accounts.get(account.id)).toEqual({ id: account.id, owner: 'Ada', balance: 6, last: 4 });
      expect(await view.tables.owners.all()).toEqual([{ id: 'Ada', total: 6, accounts: [account.id] }]);
      expect(await view.position('Accounts')).toBe(4);
      const items = await accounts.notificationLog.select();
      const error = await rejectionOf(view.process(accounts.notificationLog, items, 0, 2));
      expect(error).toMatchObject({ code: 'ES_POSITION_CONFLICT', log: 'Accounts', position: 2, foundPosition: 4 });
      expect((await view.tables.accounts.get(account.id))?.balance).toBe(6);
    });

    test('moves on past events that it doesn’t handle', async () => {
      const store = open();
      const { accounts } = await withCredits(store, 1, 2, 3);
      const view = names.open({ store });
      await view.catchUp(accounts);
      expect(await view.position('Accounts')).toBe(4);
      expect(await view.tables.names.count()).toBe(1);
    });

    test('has the same rows, however many events go into one transaction', async () => {
      const store = open();
      const { accounts, account } = await withCredits(store, 1, 2, 3);
      await accounts.open('Ada');
      account.rename('Grace');
      account.credit(4);
      await accounts.save(account);
      const batched = balances.open({ store });
      await batched.catchUp(accounts).catch(() => undefined);
      const single = balances.open({ store, name: 'Single' });
      for (const item of await accounts.notificationLog.read({ start: 1, limit: 6 })) {
        await single.process(accounts.notificationLog, [item], item.id - 1, item.id);
      }
      const all = async (view: typeof single) => [
        await view.tables.accounts.all(),
        await view.tables.owners.all(),
        await view.position('Accounts'),
      ];
      expect(await all(batched)).toEqual(await all(single));
    });

    test('keeps what comes before an event that fails, and goes on with that one; it can be skipped', async () => {
      const store = open();
      const { accounts, account } = await withCredits(store, 1, 2, 3);
      account.rename('Grace');
      account.credit(4);
      account.credit(5);
      await accounts.save(account);
      const view = balances.open({ store });
      const failed = async () => {
        const error = await rejectionOf(view.catchUp(accounts));
        if (error instanceof ProcessingError) return error;
        throw error;
      };
      const first = await failed();
      expect(first).toMatchObject({ follower: 'Balances', log: 'Accounts', position: 6, cause: { code: 'ES_ROW' } });
      expect(first.message).toContain(`Balances, table owners, row "Grace": there is no such row`);
      expect(await view.tables.accounts.get(account.id)).toMatchObject({ owner: 'Grace', balance: 6, last: 5 });
      expect(await view.position('Accounts')).toBe(5);
      await view.skip(first);
      expect((await rejectionOf(view.skip(first))).code).toBe('ES_POSITION_CONFLICT');
      await view.park(await failed());
      await view.catchUp(accounts);
      expect(await view.parked('Accounts')).toEqual([{ position: 7, reason: expect.stringMatching(/^RowError: /) }]);
      expect((await rejectionOf(view.takeUp(accounts, 7))).code).toBe('ES_PROCESSING');
      await accounts.open('Grace');
      await view.catchUp(accounts);
      await view.takeUp(accounts, 7);
      expect(await view.parked('Accounts')).toEqual([]);
      expect((await view.tables.accounts.get(account.id))?.balance).toBe(11);
      expect((await view.tables.owners.get('Grace'))?.total).toBe(5);
      expect(await view.position('Accounts')).toBe(8);
      expect((await rejectionOf(view.takeUp(accounts, 7))).code).toBe('ES_POSITION_CONFLICT');
    });

    test('several processes at once: each event counts once', async () => {
      const place = newPlace();
      const accounts = new Accounts({ store: place() });
      const account = await accounts.open('Ada');
      for (const amount of range(30)) {
        account.credit(amount);
        await accounts.save(account);
      }
      const views = [1, 2, 3].map(() => {
        const store = place();
        return { leader: new Accounts({ store }), view: balances.open({ store }) };
      });
      await Promise.all(views.map(({ leader, view }) => view.catchUp(leader)));
      for (const { view } of views) {
        expect(await view.tables.accounts.all()).toEqual([{ id: account.id, owner: 'Ada', balance: 465, last: 31 }]);
        expect((await view.tables.owners.get('Ada'))?.total).toBe(465);
        expect(await view.position('Accounts')).toBe(31);
      }
    });

    test('several logs can be followed at once, also into the same rows', async () => {
      const place = newPlace();
      const logs = ['Left', 'Right', 'Middle'];
      const total = projection(
        { name: 'Total', tables: { sums: { sum: 'integer' } } },
        {
          on: [
            on(Credited, async ({ payload }, { sums }) => {
              const before = await sums.get('all');
              sums.set('all', { sum: (before?.sum ?? 0) + payload.amount });
            }),
          ],
          forget: 'keeps nothing personal',
        },
      );
      const leaders = logs.map((log) => new Accounts({ store: place(), name: log }));
      for (const leader of leaders) {
        const account = new Account('Ada');
        for (const amount of range(20)) account.credit(amount);
        await leader.save(account);
      }
      const shared = total.open({ store: place() });
      await Promise.all(
        leaders.map(async (leader, index) => {
          const view = index === 0 ? total.open({ store: place() }) : shared;
          for (;;) {
            const after = await view.position(leader.name);
            const items = await leader.notificationLog.read({ start: after + 1, limit: 3 });
            if (items.length === 0) return;
            await view
              .process(leader.notificationLog, items, after, after + items.length)
              .catch((error: unknown) => expect(error).toMatchObject({ code: 'ES_VIEW_CONFLICT' }));
          }
        }),
      );
      expect(await shared.tables.sums.all()).toEqual([{ id: 'all', sum: 630 }]);
    });

    test('handlers see what they have written, and nobody else does before it is stored', async () => {
      const store = open();
      const seen: unknown[] = [];
      const watching = projection(
        { name: 'Watching', tables: { accounts: { owner: 'text', balance: 'integer' } } },
        {
          on: [
            on(Opened, ({ aggregateId, payload }, { accounts }) =>
              accounts.set(aggregateId, { owner: payload.owner, balance: 0 }),
            ),
            on(Credited, async ({ aggregateId, payload }, { accounts }) => {
              await accounts.update(aggregateId, ({ balance }) => ({ balance: balance + payload.amount }));
              const top = await accounts.all({ orderBy: ['balance', 'desc'], limit: 2, offset: 1 });
              seen.push([
                top.map(({ owner }) => owner),
                await accounts.count({ where: { balance: 0 } }),
                await view.tables.accounts.count(),
              ]);
            }),
            on(Renamed, ({ aggregateId }, { accounts }) => accounts.delete(aggregateId)),
          ],
          forget: 'keeps nothing personal',
        },
      );
      const accounts = new Accounts({ store });
      const [ada, grace, edsger] = [new Account('Ada'), new Account('Grace'), new Account('Edsger')];
      await accounts.save(ada, grace, edsger);
      const view = watching.open({ store });
      await view.catchUp(accounts);
      ada.credit(2);
      grace.credit(3);
      edsger.credit(1);
      await accounts.save(ada, grace, edsger);
      grace.rename('Grace Hopper');
      ada.credit(1);
      await accounts.save(grace);
      await accounts.save(ada);
      await view.catchUp(accounts);
      const [, second, third, fourth] = seen;
      expect(second).toEqual([['Ada', 'Edsger'], 1, 3]);
      expect(third).toEqual([['Ada', 'Edsger'], 0, 3]);
      expect(fourth).toEqual([['Edsger'], 0, 3]);
      expect(await view.tables.accounts.count()).toBe(2);
    });

    test('a handler has to await what it starts; updates are waited for', async () => {
      const store = open();
      const late: Promise<unknown>[] = [];
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const careless = projection(
        { name: 'Careless', tables: { accounts: { balance: 'integer' } } },
        {
          on: [
            on(Opened, ({ aggregateId }, { accounts }) => {
              accounts.set(aggregateId, { balance: 0 });
              late.push(rejectionOf(gate.then(() => accounts.delete(aggregateId))));
            }),
            on(Credited, ({ aggregateId, payload }, { accounts }) => {
              void accounts.update(aggregateId, ({ balance }) => ({ balance: balance + payload.amount }));
            }),
          ],
          forget: 'keeps nothing personal',
        },
      );
      const { accounts, account } = await withCredits(store, 1, 2);
      const view = careless.open({ store });
      await view.catchUp(accounts);
      release();
      expect(await Promise.all(late)).toMatchObject([{ code: 'ES_POLICY' }]);
      expect(await view.tables.accounts.get(account.id)).toEqual({ id: account.id, balance: 3 });
    });

    test('rows come back as they were stored, and wrong values are refused', async () => {
      const store = open();
      const given: Record<string, unknown>[] = [
        {
          text: 'it’s "犬" \\ %_ \n',
          whole: 2 ** 53 - 1,
          real: 0.1,
          flag: true,
          data: { b: [1, null, 'x'], a: { c: false } },
        },
        { text: '', whole: -(2 ** 53 - 1), real: -1e300, flag: false, data: [] },
        { whole: 0, real: 5, data: 'text' },
        { text: null, data: 0 },
        {},
      ];
      let values: unknown = {};
      const view = projection(kinds, {
        on: [on(Opened, ({ payload }, { rows }) => rows.set(payload.owner, Object(values)))],
        forget: 'keeps nothing personal',
      }).open({ store });
      const accounts = new Accounts({ store });
      for (const [index, each] of given.entries()) {
        values = each;
        await accounts.open(`row ${index}`);
        await view.catchUp(accounts);
        const expected = { text: null, whole: null, real: null, flag: null, data: null, ...each, id: `row ${index}` };
        expect(await view.tables.rows.get(`row ${index}`)).toStrictEqual(expected);
      }
      expect(await view.tables.rows.count()).toBe(given.length);
      for (const [wrong, column, message] of [
        [{ text: 5 }, 'text', 'expected text, and got 5.'],
        [{ text: 'a\0' }, 'text', 'which has characters that databases refuse'],
        [{ text: '\ud83d' }, 'text', 'which has characters that databases refuse'],
        [{ whole: 1.5 }, 'whole', 'expected a whole number that is safe (up to 2^53 - 1), and got 1.5.'],
        [{ whole: 2 ** 53 }, 'whole', 'and got 9007199254740992'],
        [{ whole: '5' }, 'whole', 'and got "5"'],
        [{ real: Number.NaN }, 'real', 'expected a finite number, and got NaN.'],
        [{ flag: 1 }, 'flag', 'expected true or false, and got 1.'],
        [{ data: { a: [1, { b: undefined }] } }, 'data', 'but .a[1].b is undefined, which JSON can'],
        [{ data: { when: new Date() } }, 'data', 'but .when is a Date, which JSON can'],
        [{ data: [Number.POSITIVE_INFINITY] }, 'data', 'but [0] is Infinity, which JSON can'],
        [{ data: ['a\0'] }, 'data', 'but [0] is text that can'],
        [{ colour: 'red' }, 'colour', 'there is no such column. The columns are: text, whole, real, flag, data.'],
        [{ id: 'other' }, 'id', 'the id can'],
      ] as const) {
        values = wrong;
        await accounts.open('wrong');
        const error = await rejectionOf(view.catchUp(accounts));
        if (!(error instanceof ProcessingError)) throw error;
        expect(error.cause).toMatchObject({ code: 'ES_ROW', projection: 'Kinds', table: 'rows', id: 'wrong', column });
        expect(error.message).toContain(`Kinds, table rows, row "wrong", column ${column}: `);
        expect(error.message).toContain(message);
        await view.skip(error);
      }
      expect(await view.tables.rows.get('wrong')).toBeUndefined();
    });

    test('rows are selected, ordered and counted alike everywhere', async () => {
      const store = open();
      const given: Payload[] = [
        { text: 'a', whole: 3, real: 0.5, flag: true },
        { text: 'B', whole: 1, real: -2, flag: false },
        { text: 'ä', whole: null, real: 10, flag: null },
        { text: '犬', whole: 20, real: 9 },
        { text: '😀', whole: 3, real: null, flag: true },
        { text: '\uffee', whole: 3, flag: false },
        { text: null, whole: 3, flag: true },
        { text: 'aa', whole: 1 },
      ];
      const view = projection(kinds, {
        on: [on(Opened, ({ id, payload }, { rows }) => rows.set(payload.owner, { ...given[id - 1] }))],
        forget: 'keeps nothing personal',
      }).open({ store });
      const accounts = new Accounts({ store });
      await accounts.save(...given.map((_, index) => new Account(`${index}`)));
      await view.catchUp(accounts);
      const { rows } = view.tables;
      const found = async (options?: AllOptions<(typeof kinds)['tables']['rows']>) =>
        (await rows.all(options)).map(({ id }) => id).join('');
      expect(await found()).toBe('01234567');
      expect(await found({ orderBy: 'text' })).toBe('61072354');
      expect(await found({ orderBy: ['text', 'desc'] })).toBe('45327016');
      expect(await found({ orderBy: 'whole' })).toBe('21704563');
      expect(await found({ orderBy: ['whole', 'desc'] })).toBe('30456172');
      expect(await found({ orderBy: 'real' })).toBe('45671032');
      expect(await found({ orderBy: 'flag' })).toBe('23715046');
      expect(await found({ orderBy: ['id', 'desc'], limit: 3, offset: 1 })).toBe('654');
      expect(await found({ where: { whole: 3 } })).toBe('0456');
      expect(await found({ where: { whole: 3, flag: true }, orderBy: ['text', 'desc'] })).toBe('406');
      expect(await found({ where: { text: null } })).toBe('6');
      expect(await found({ where: { text: 'A' } })).toBe('');
      expect(await found({ where: { real: 0.5 } })).toBe('0');
      expect(await found({ where: { id: '3' } })).toBe('3');
      expect(await found({ limit: 0 })).toBe('');
      expect(await found({ offset: 6 })).toBe('67');
      expect(await found({ where: undefined, orderBy: undefined, limit: undefined, offset: undefined })).toBe(
        '01234567',
      );
      expect(await rows.count()).toBe(8);
      expect(await rows.count({ where: { flag: true } })).toBe(3);
      for (const wrong of [
        { limit: -1 },
        { offset: 1.5 },
        { where: { data: 1 } },
        { where: { whole: '3' } },
        { where: { whole: undefined } },
        { where: { colour: 'red' } },
        { orderBy: 'data' },
        { orderBy: 'colour' },
        { orderBy: ['text', 'down'] },
      ]) {
        expect((await rejectionOf(Promise.resolve().then(() => rows.all(Object(wrong))))).code).toBe('ES_ROW');
      }
    });

    test('many rows at once', async () => {
      const store = open();
      const accounts = new Accounts({ store });
      const opened = range(1_200).map((n) => new Account(`owner ${n}`));
      await accounts.save(...opened);
      const view = balances.open({ store });
      await view.catchUp(accounts);
      for (const account of opened) account.credit(1);
      await accounts.save(...opened);
      await balances.open({ store }).catchUp(accounts);
      expect(await view.tables.accounts.count({ where: { balance: 1 } })).toBe(1_200);
      expect(await view.tables.owners.count({ where: { total: 1 } })).toBe(1_200);
    });

    test('waits for what was saved, by whoever follows', async () => {
      const place = newPlace();
      const { accounts, account } = await withCredits(place(), 1, 2);
      const [reading, following] = [balances.open({ store: place() }), balances.open({ store: place() })];
      const waiting = reading.waitFor(accounts, undefined, { timeout: PATIENCE_MS });
      await following.catchUp(accounts);
      await waiting;
      expect((await reading.tables.accounts.get(account.id))?.balance).toBe(3);
      await reading.waitFor(accounts, undefined, { timeout: PATIENCE_MS });
      const error = await rejectionOf(reading.waitFor(accounts, 7, { timeout: 20 }));
      expect(error).toMatchObject({ code: 'ES_TIMEOUT', log: 'Accounts', position: 7, foundPosition: 3 });
      const signal = AbortSignal.abort(new RangeError('Enough.'));
      await expect(reading.waitFor(accounts, 7, { signal })).rejects.toThrow('Enough.');
      const ending = new AbortController();
      const aborted = reading.waitFor(accounts, 7, { signal: ending.signal, timeout: PATIENCE_MS });
      ending.abort(new RangeError('That will do.'));
      await expect(aborted).rejects.toThrow('That will do.');
    });

    test.each(['immediate', 'concurrent'] as const)('is followed by a runner (%s)', async (mode) => {
      const runner = new Runner(new System([[Accounts, balances]]), { store: open(), mode });
      await runner.start();
      const view = runner.get(balances);
      const account = new Account('Ada');
      for (const amount of [1, 2, 3]) account.credit(amount);
      const accounts = runner.get(Accounts);
      await accounts.save(account);
      await view.waitFor(accounts, 4, { timeout: PATIENCE_MS });
      expect((await view.tables.accounts.get(account.id))?.balance).toBe(6);
      expect(await runner.stop()).toEqual([]);
    });
  });

  describe(`on ${name}, a rebuilt projection`, () => {
    test('has new tables, from the first event on, also in other processes', async () => {
      const place = newPlace();
      const { accounts, account } = await withCredits(place(), 1, 2);
      const view = balances.open({ store: place() });
      const other = balances.open({ store: place() });
      await view.catchUp(accounts);
      expect((await other.tables.accounts.get(account.id))?.balance).toBe(3);
      await view.rebuild(accounts);
      account.credit(4);
      await accounts.save(account);
      await other.catchUp(accounts);
      for (const each of [view, other]) {
        expect((await each.tables.accounts.get(account.id))?.balance).toBe(7);
        expect(await each.tables.accounts.count({ where: { owner: 'Ada' } })).toBe(1);
        expect(await each.position('Accounts')).toBe(4);
      }
      const generations = await place().viewRecorder('Balances').generations();
      expect(generations).toMatchObject([{ number: 2, isLive: true }]);
    });

    test('can have other columns: old tables are read by old code until the switch', async () => {
      const place = newPlace();
      const { accounts, account } = await withCredits(place(), 1, 2);
      const before = names.open({ store: place() });
      await before.catchUp(accounts);
      const after = projection(
        { name: 'Names', tables: { names: { name: 'text?', length: 'integer' } } },
        {
          on: [
            on(Opened, async ({ aggregateId, payload }, { names: table }) => {
              expect(await before.tables.names.count()).toBe(1);
              table.set(aggregateId, { name: payload.owner, length: payload.owner.length });
            }),
          ],
          forget: 'keeps nothing personal',
        },
      ).open({ store: place() });
      const differing = {
        code: 'ES_COLUMNS',
        projection: 'Names',
        generation: 1,
        differences: ['names.name is text, and should be text?', 'names.length is missing'],
        message: expect.stringContaining('Run view.rebuild(…)'),
      };
      expect(await rejectionOf(after.tables.names.all())).toMatchObject(differing);
      expect(await rejectionOf(after.catchUp(accounts))).toMatchObject(differing);
      await after.rebuild(accounts);
      expect(await after.tables.names.all()).toEqual([{ id: account.id, name: 'Ada', length: 3 }]);
      expect(await rejectionOf(before.tables.names.all())).toMatchObject({ code: 'ES_COLUMNS', generation: 2 });
    });

    test('goes on being followed meanwhile, and never falls back', async () => {
      const place = newPlace();
      const { accounts, account } = await withCredits(place(), ...range(20));
      const view = balances.open({ store: place() });
      const following = balances.open({ store: place() });
      await following.catchUp(accounts);
      let isDone = false;
      const rebuilding = view.rebuild(accounts).finally(() => {
        isDone = true;
      });
      let last = 0;
      for (let n = 0; n < 200 && !isDone; n++) {
        account.credit(1);
        await accounts.save(account);
        await following.catchUp(accounts);
        const position = await following.position('Accounts');
        expect(position).toBeGreaterThanOrEqual(last);
        last = position;
      }
      await rebuilding;
      await following.catchUp(accounts);
      const { balance } = account;
      expect((await view.tables.accounts.get(account.id))?.balance).toBe(balance);
      expect(await place().viewRecorder('Balances').generations()).toMatchObject([{ number: 2, isLive: true }]);
    });

    test('stays as it was if the rebuild fails, or lacks a leader; two at once are refused', async () => {
      const place = newPlace();
      const store = place();
      const { accounts } = await withCredits(store, 1, 2);
      let isBroken = false;
      let running: (() => Promise<void>) | undefined;
      const fragile = projection(
        { name: 'Fragile', tables: { names: { name: 'text' } } },
        {
          on: [
            on(Opened, async ({ aggregateId, payload }, { names: table }) => {
              await running?.();
              if (isBroken) throw new RangeError('It broke.');
              table.set(aggregateId, { name: payload.owner });
            }),
          ],
          forget: 'keeps nothing personal',
        },
      );
      const view = fragile.open({ store, patience: SILENCE_MS });
      await view.catchUp(accounts);
      isBroken = true;
      expect(await rejectionOf(view.rebuild(accounts))).toMatchObject({ code: 'ES_PROCESSING', position: 1 });
      expect(await view.tables.names.count()).toBe(1);
      isBroken = false;
      const other = new Accounts({ store, name: 'Other' });
      const missing = await rejectionOf(view.rebuild(other));
      expect(missing).toMatchObject({ code: 'ES_REBUILD', projection: 'Fragile' });
      expect(missing.message).toContain('what follows from Accounts');
      running = async () => {
        running = undefined;
        const second = fragile.open({ store: place(), patience: 5_000 });
        for (const each of [view, second]) {
          const error = await rejectionOf(each.rebuild(accounts));
          expect(error).toMatchObject({ code: 'ES_REBUILD' });
          expect(error.message).toMatch(/Fragile is being rebuilt/);
        }
      };
      await view.rebuild(accounts);
      expect(await view.tables.names.count()).toBe(1);
      const [live, building] = await store.viewRecorder('Fragile').generations();
      expect(live?.isLive).toBe(true);
      expect(building).toBeUndefined();
    });

    test('begins again where a rebuild was killed', async () => {
      const place = newPlace();
      const store = place();
      const { accounts } = await withCredits(store, 1, 2);
      const view = balances.open({ store, patience: SILENCE_MS });
      await view.catchUp(accounts);
      const recorder = store.viewRecorder('Balances');
      const [live] = await recorder.generations();
      const left = await recorder.build(live?.tables ?? [], 'killed');
      if (left === undefined) throw new Error('There is another one.');
      await view.rebuild(accounts);
      expect(await recorder.generations()).toMatchObject([{ number: left.number + 1, isLive: true }]);
      expect((await view.tables.accounts.all())[0]?.balance).toBe(3);
      expect(await rejectionOf(recorder.standing(left, ''))).toMatchObject({ code: 'ES_GENERATION' });
    });

    test('puts aside what was put aside', async () => {
      const store = open();
      const { accounts, account } = await withCredits(store, 1);
      account.rename('Grace');
      account.credit(2);
      await accounts.save(account);
      const view = balances.open({ store });
      const error = await rejectionOf(view.catchUp(accounts));
      if (!(error instanceof ProcessingError)) throw error;
      await view.park(error);
      await view.rebuild(accounts);
      expect(await view.position('Accounts')).toBe(4);
      expect(await view.parked('Accounts')).toMatchObject([{ position: 4 }]);
    });
  });

  describe(`on ${name}, a projection forgets`, () => {
    test('a subject’s rows', async () => {
      const store = open();
      const accounts = new Accounts({ store });
      await accounts.open('Ada');
      await accounts.open('Ada');
      await accounts.open('Grace');
      const view = balances.open({ store });
      await view.catchUp(accounts);
      await view.forget('Ada');
      expect((await view.tables.accounts.all()).map(({ owner }) => owner)).toEqual(['Grace']);
      expect((await view.tables.owners.all()).map(({ id }) => id)).toEqual(['Grace']);
      expect(await view.position('Accounts')).toBe(3);
      await view.forget('Nobody');
      await names.open({ store }).forget('Ada');
    });

    test('also what is being handled at the moment, and what is being built', async () => {
      const place = newPlace();
      const store = place();
      const { accounts, account } = await withCredits(store, 1);
      const other = balances.open({ store: place() });
      const view = balances.open({ store });
      await view.catchUp(accounts);
      account.credit(2);
      await accounts.save(account);
      const items = await accounts.notificationLog.read({ start: 3, limit: 1 });
      await other.forget('Ada');
      expect(await rejectionOf(view.process(accounts.notificationLog, items, 2, 3))).toMatchObject({
        code: 'ES_VIEW_CONFLICT',
      });
      expect(await view.tables.accounts.count()).toBe(0);

      const recorder = store.viewRecorder('Balances');
      const [live] = await recorder.generations();
      const building: ViewGeneration | undefined = await recorder.build(live?.tables ?? [], 'somebody');
      if (building === undefined) throw new Error('There is another one.');
      const put = [{ id: 'a', values: ['Ada', 1, null] }];
      await recorder.write(building, { revision: 0, changes: [{ table: 'accounts', put, remove: [] }] });
      await view.forget('Ada');
      expect(await recorder.count(building, 'accounts', [])).toBe(0);
      const otherwise = await recorder.build([{ name: 'others', columns: [] }], 'somebody else', building);
      if (otherwise === undefined) throw new Error('There is another one.');
      expect(await rejectionOf(view.forget('Ada'))).toMatchObject({ code: 'ES_COLUMNS', generation: otherwise.number });
    });
  });
}
