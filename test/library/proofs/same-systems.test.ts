/** One system and one script, on every store and by every runner: they end in the same events, rows and states. */
import { on, recordAs } from 'eventsourcing';
import { projection } from 'eventsourcing/projection';
import { Runner, System } from 'eventsourcing/system';
import { expect, test } from 'vitest';
import { storeNames } from '../every-store/store-names.ts';
import { type FullStore, testedStores } from '../every-store/stores.ts';
import { Account, Accounts, Credited, Ledgers, Opened, Renamed } from '../support/accounts.ts';
import { shown } from './shown.ts';

const all = await testedStores(storeNames);

const balances = projection(
  { name: 'Balances', tables: { accounts: { owner: 'text', balance: 'integer' } } },
  {
    on: [
      on(Opened, ({ aggregateId, payload }, { accounts }) =>
        accounts.set(aggregateId, { owner: payload.owner, balance: 0 }),
      ),
      on(Credited, ({ aggregateId, payload }, { accounts }) =>
        accounts.update(aggregateId, ({ balance }) => ({ balance: balance + payload.amount })),
      ),
      on(Renamed, ({ aggregateId, payload }, { accounts }) => accounts.update(aggregateId, () => payload)),
    ],
    forget: (subject, { accounts }) => accounts.delete(subject),
  },
);

const system = new System([
  [Accounts, Ledgers],
  [Accounts, balances],
]);

const OWNERS = ['Ada', 'Grace', 'Edsger'];

/** Runs the script, and returns everything that there is at its end. */
async function outcomeOf(store: FullStore, mode: 'immediate' | 'concurrent') {
  const runner = new Runner(system, { store, mode, batchSize: mode === 'immediate' ? 500 : 7 });
  await runner.start();
  const accounts = runner.get(Accounts);
  const opened = OWNERS.map((owner, index) => recordAs({ id: `account-${index}` }, () => new Account(owner)));
  await accounts.save(...opened);
  for (let turn = 1; turn <= 20; turn++) {
    const account = opened[turn % OWNERS.length];
    account?.credit(turn);
    if (turn % 5 === 0) account?.rename(`${account.owner} ${turn}`);
    await accounts.save(account);
  }
  await runner.idle();
  const ledgers = runner.get(Ledgers);
  const outcome = {
    accounts: await eventsOf(accounts),
    ledgers: await eventsOf(ledgers),
    ledger: { ...(await ledgers.main()) },
    rows: await runner.get(balances).tables.accounts.all({ orderBy: 'id' }),
    positions: (await runner.status()).map(({ leader, follower, position }) => [leader, follower, position]),
  };
  await runner.stop();
  return outcome;
}

async function eventsOf({ notificationLog }: Accounts | Ledgers) {
  const items = await notificationLog.read({ start: 1, limit: 1_000 });
  return items.map(({ id, type, aggregateId, version, payload }) => ({ id, type, aggregateId, version, payload }));
}

test('a system ends in the same events, rows and states on every store and with every runner', async (context) => {
  const outcomes = [];
  for (const { name, open } of all) {
    for (const mode of ['immediate', 'concurrent'] as const) {
      outcomes.push({ name: `${name}, ${mode}`, outcome: await outcomeOf(open(), mode) });
    }
  }
  const [first] = outcomes;
  expect(first?.outcome.ledger.sum).toBe(210);
  expect(first?.outcome.rows).toHaveLength(OWNERS.length);
  for (const { name, outcome } of outcomes) expect(outcome, name).toEqual(first?.outcome);
  shown(
    context,
    `one script on ${outcomes.length} combinations of stores and runners: the same events, rows and states`,
  );
});
