/** What the compiler knows of projections; see `event.type.test.ts`. */
import { event, on } from '../index.ts';
import { type JsonValue, projection } from './index.ts';

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<A>() {
  return <B>(_same: Equals<A, B>, _value?: B): void => undefined;
}

const Opened = event.of<{ owner: string }>()('Account.Opened', 'owner');

const shape = {
  name: 'Balances',
  tables: {
    accounts: { owner: 'text', balance: 'integer', rate: 'real?', isOpen: 'boolean', tags: 'json', note: 'json?' },
    owners: { name: 'text?' },
  },
} as const;

interface AccountRow {
  readonly id: string;
  readonly owner: string;
  readonly balance: number;
  readonly rate: number | null;
  readonly isOpen: boolean;
  readonly tags: JsonValue;
  readonly note: JsonValue;
}

const balances = projection(shape, {
  on: [
    on(Opened, async ({ aggregateId, payload }, { accounts, owners }) => {
      expectType<string>()<typeof payload.owner>(true);
      const account = await accounts.get(aggregateId);
      if (account !== undefined) {
        expectType<string>()<typeof account.owner>(true);
        expectType<number>()<typeof account.balance>(true);
        expectType<number | null>()<typeof account.rate>(true);
        const row: AccountRow = account;
        accounts.set(aggregateId, { ...row, balance: 5 });
        // @ts-expect-error: rows don't change.
        account.balance = 5;
      }
      accounts.set(aggregateId, { owner: payload.owner, balance: 0, isOpen: true, tags: ['a', { b: 1 }] });
      owners.set('a', {});
      await accounts.update(aggregateId, { rate: null });
      await accounts.update(aggregateId, ({ balance }) => ({ balance: balance + 1 }));
      // @ts-expect-error: this is a number.
      accounts.set(aggregateId, { owner: payload.owner, balance: 'much', isOpen: true, tags: [] });
      // @ts-expect-error: the balance is missing.
      accounts.set(aggregateId, { owner: payload.owner, isOpen: true, tags: [] });
      // @ts-expect-error: there is no such column.
      await accounts.update(aggregateId, { colour: 'red' });
      // @ts-expect-error: it can't be null.
      await accounts.update(aggregateId, { owner: null });
      // @ts-expect-error: there is no such field.
      payload.name;
    }),
    on('Account.Closed', ({ aggregateId }, { accounts }) => accounts.delete(aggregateId)),
    // @ts-expect-error: there is no such table.
    on(Opened, (_, { people }) => people),
  ],
  forget: (subject, { accounts }) => accounts.delete(subject),
});

// The tables can be written where they are given.
projection(
  { name: 'Names', tables: { names: { name: 'text' } } },
  {
    on: [on(Opened, ({ aggregateId, payload }, { names }) => names.set(aggregateId, { name: payload.owner }))],
    forget: 'keeps nothing personal',
  },
);

// @ts-expect-error: there is no such type of columns.
projection({ name: 'Wrong', tables: { names: { name: 'string' } } }, { on: [], forget: 'keeps nothing personal' });
// @ts-expect-error: it has to say what becomes of the rows of somebody who is forgotten.
projection({ name: 'Wrong', tables: { names: { name: 'text' } } }, { on: [] });

export async function use() {
  const view = balances.open();
  const { accounts } = view.tables;
  const account = await accounts.get('a');
  expectType<string | undefined>()<typeof account extends undefined | { owner: infer O } ? O | undefined : never>(true);
  const all = await accounts.all({ where: { owner: 'Ada', rate: null }, orderBy: ['balance', 'desc'], limit: 1 });
  expectType<number | undefined>()<(typeof all)[number]['balance'] | undefined>(true);
  await accounts.all({ orderBy: 'owner' });
  await accounts.count({ where: { id: 'a' } });
  // @ts-expect-error: this is a number.
  await accounts.all({ where: { balance: '5' } });
  // @ts-expect-error: JSON can't be compared.
  await accounts.all({ where: { tags: 'a' } });
  // @ts-expect-error: there is no such column.
  await accounts.all({ orderBy: 'colour' });
  // @ts-expect-error: only handlers write.
  accounts.set('a', {});
  await view.query((tables) => `SELECT owner FROM ${tables.accounts}, ${tables.owners}`);
  // @ts-expect-error: there is no such table.
  await view.query((tables) => `SELECT owner FROM ${tables.people}`);
}
