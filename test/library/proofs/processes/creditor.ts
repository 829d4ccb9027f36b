/** Credits an account of its own as often as it's told, with a runner that only gives hints. */
import { Runner } from '../../../../code/src/system/index.ts';
import { Account, Accounts, bank } from './banking.ts';
import { openStore, task } from './stores.ts';

const { place, name, count } = task();
const store = openStore(place);
const runner = new Runner(bank, { store, follow: [] });
await runner.start();
const accounts = runner.get(Accounts);
const account = new Account(name);
await accounts.save(account);
for (let amount = 1; amount <= count; amount++) {
  account.credit(amount);
  await accounts.save(account);
}
await runner.stop();
await store.close();
