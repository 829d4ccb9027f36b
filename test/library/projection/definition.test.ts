import { memory, on, type ViewRecorder } from 'eventsourcing';
import { projection, type Tables } from 'eventsourcing/projection';
import { describe, expect, test } from 'vitest';
import { Account, Accounts, Credited, Opened } from '../support/accounts.ts';
import { balances } from '../support/balances.ts';
import { errorOf, expectCode, rejectionOf } from '../support/errors.ts';

const rules = { on: [on(Opened, () => undefined)], forget: 'keeps nothing personal' } as const;

describe('a projection is refused', () => {
  test.each<[string, unknown, string]>([
    ['without tables', {}, 'it has no tables'],
    ['with a table of an application', { events: {} }, 'the table name "events" is reserved'],
    ['with a table that is none', { rows: 'text' }, 'the columns of the table rows are "text"'],
    ['with a table name for nobody', { 'my rows': {} }, 'the table name "my rows" is empty, has other characters'],
    ['with a long name', { ['x'.repeat(60)]: {} }, 'is longer than'],
    [
      'with names that differ in case',
      { rows: {}, Rows: {} },
      'the tables rows and Rows differ in the case of letters only',
    ],
    ['with a column of its own id', { rows: { id: 'text' } }, 'the column name "id" of the table rows is reserved'],
    ['with a column of a database', { rows: { xmin: 'text' } }, 'the column name "xmin" of the table rows is reserved'],
    [
      'with a type that is none',
      { rows: { name: 'string' } },
      'the column name of the table rows has the type "string"',
    ],
    ['with columns that differ in case', { rows: { name: 'text', NAME: 'text' } }, 'name and NAME differ'],
  ])('%s', (_, tables, message) => {
    const error = errorOf(() => projection({ name: 'Tested', tables: Object(tables) }, rules));
    expect(error).toMatchObject({ code: 'ES_PROJECTION' });
    expect(error.message).toContain(message);
  });

  test('without a name, without handlers, and without a word on forgetting', () => {
    const tables = { rows: { name: 'text' } } as const satisfies Tables;
    expectCode(
      () => projection({ name: 'no name', tables }, rules),
      'ES_INVALID_ARGUMENT',
      'The projection name "no name"',
    );
    expectCode(() => projection({ name: Object(undefined), tables }, rules), 'ES_PROJECTION', 'needs a name');
    expectCode(
      () => projection({ name: 'Tested', tables }, { ...rules, on: [] }),
      'ES_PROJECTION',
      'handles no events',
    );
    expectCode(
      () => projection({ name: 'Tested', tables }, { ...rules, forget: Object(undefined) }),
      'ES_PROJECTION',
      "doesn't say what becomes of a subject's rows",
    );
  });

  test('by a store that keeps none', () => {
    const { recorder } = memory();
    expectCode(() => balances.open({ store: { recorder } }), 'ES_PROJECTION', 'Balances keeps no projections');
    expectCode(() => balances.open({ patience: 0 }), 'ES_PROJECTION', 'The option patience');
    expectCode(() => balances.open({ name: 'x'.repeat(54) }), 'ES_PROJECTION', 'is longer than');
  });

  test('for a log of which it handles nothing', async () => {
    class Empty extends Accounts {
      static override aggregates = [];
    }
    const error = await rejectionOf(balances.open().catchUp(new Empty()));
    expect(error).toMatchObject({ code: 'ES_POLICY' });
    expect(error.message).toContain('Balances follows Empty and handles none of its events');
  });
});

test('a row is read once, and those of the events’ aggregates are read in one go', async () => {
  const store = memory();
  const reads: (readonly string[])[] = [];
  const counting = {
    ...store,
    viewRecorder(name: string): ViewRecorder {
      const recorder = store.viewRecorder?.(name);
      if (recorder === undefined) throw new Error('There is none.');
      return new Proxy(recorder, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key);
          if (typeof value !== 'function') return value;
          return (...args: readonly unknown[]) => {
            if (key === 'get' && args[1] === 'accounts' && Array.isArray(args[2])) reads.push(args[2]);
            return Reflect.apply(value, target, args);
          };
        },
      });
    },
  };
  const counts = projection(
    { name: 'Counts', tables: { accounts: { credits: 'integer' } } },
    {
      on: [
        on(Credited, async ({ aggregateId }, { accounts }) => {
          const account = await accounts.get(aggregateId);
          accounts.set(aggregateId, { credits: (account?.credits ?? 0) + 1 });
        }),
      ],
      forget: 'keeps nothing personal',
    },
  );
  const accounts = new Accounts({ store });
  const [ada, grace, edsger] = [new Account('Ada'), new Account('Grace'), new Account('Edsger')];
  ada.credit(1);
  ada.credit(2);
  await accounts.save(ada, grace, edsger);
  const view = counts.open({ store: counting });
  await view.catchUp(accounts);
  for (const account of [ada, grace, edsger]) account.credit(3);
  await accounts.save(ada, grace, edsger);
  await view.catchUp(accounts);
  expect(reads).toEqual([[ada.id], [grace.id, edsger.id]]);
  expect((await view.tables.accounts.all()).map(({ credits }) => credits).sort()).toEqual([1, 1, 3]);
});

test('a store in memory has no SQL', async () => {
  const error = await rejectionOf(balances.open().query(() => 'SELECT 1'));
  expect(error).toMatchObject({ code: 'ES_STORE_FAILED' });
  expect(error.message).toContain('has no SQL');
});
