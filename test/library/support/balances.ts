import { on } from 'eventsourcing';
import { projection } from 'eventsourcing/projection';
import { Credited, Opened, Renamed } from './accounts.ts';

/** What accounts have come to, and what their owners have together. */
export const balances = projection(
  {
    name: 'Balances',
    tables: {
      accounts: { owner: 'text', balance: 'integer', last: 'integer?' },
      owners: { total: 'integer', accounts: 'json' },
    },
  },
  {
    on: [
      on(Opened, async ({ id, aggregateId, payload }, { accounts, owners }) => {
        accounts.set(aggregateId, { owner: payload.owner, balance: 0, last: id });
        const owner = await owners.get(payload.owner);
        const others = Array.isArray(owner?.accounts) ? owner.accounts : [];
        owners.set(payload.owner, { total: owner?.total ?? 0, accounts: [...others, aggregateId] });
      }),
      on(Credited, async ({ id, aggregateId, payload }, { accounts, owners }) => {
        const account = await accounts.get(aggregateId);
        if (account === undefined) throw new Error(`There is no account ${aggregateId}.`);
        accounts.set(aggregateId, { ...account, balance: account.balance + payload.amount, last: id });
        await owners.update(account.owner, ({ total }) => ({ total: total + payload.amount }));
      }),
      on(Renamed, ({ id, aggregateId, payload }, { accounts }) =>
        accounts.update(aggregateId, { owner: payload.owner, last: id }),
      ),
    ],
    async forget(subject, { accounts, owners }) {
      for (const { id } of await accounts.all({ where: { owner: subject } })) accounts.delete(id);
      owners.delete(subject);
    },
  },
);
