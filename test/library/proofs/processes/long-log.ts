/** Follows a log of so many events in an SQLite database, with little memory, and prints how many it was given. */
import { Runner } from '../../../../code/src/system/index.ts';
import { Account, Accounts, bank, Ledger, Ledgers } from './banking.ts';
import { openStore, task } from './stores.ts';

const { place, count } = task();
const store = openStore(place);
const accounts = new Accounts({ store });
const account = new Account('Ada');
account.credit(1);
await accounts.save(account);
const [, credited] = await store.recorder('Accounts').select(account.id);
if (credited === undefined) throw new Error('The credit is not stored.');
// The same bytes again and again: what is measured is the following.
for (let version = 3; version <= count + 1; ) {
  const batch = [];
  for (; batch.length < 10_000 && version <= count + 1; version++) batch.push({ ...credited, version });
  await store.recorder('Accounts').insert(batch);
}
const runner = new Runner(bank, {
  store,
  options: (node) => (node === 'Ledgers' ? { snapshots: { every: 1_000 } } : {}),
});
await runner.start();
await runner.idle();
const ledger = await runner.get(Ledgers).repository.get(Ledger, 'ledger');
console.log(ledger.count);
await runner.stop();
await store.close();
