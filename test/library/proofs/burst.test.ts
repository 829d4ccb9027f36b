/** Many saves in a row, and then nothing more that could wake a follower. */

import { expect, test } from 'vitest';
import { Runner, System } from '../../../code/src/system/index.ts';
import { testedStores } from '../every-store/stores.ts';
import { counts } from './counts.ts';
import { Account, Accounts, Ledger, Ledgers } from './processes/banking.ts';
import { grouped, shown } from './shown.ts';

/** Longer than any test. */
const NEVER_MS = 2 ** 31 - 1;

const stores = await testedStores(['memory', 'SQLite file', 'PostgreSQL']);

for (const { name, open } of stores) {
  for (const mode of ['immediate', 'concurrent'] as const) {
    test(`a burst on ${name} is followed to its end (${mode})`, async (context) => {
      // Each save waits for followers there, and on PostgreSQL that takes a while.
      const saves = mode === 'immediate' && name === 'PostgreSQL' ? counts.burst / 10 : counts.burst;
      const runner = new Runner(new System([[Accounts, Ledgers]]), {
        store: open(),
        mode,
        pollInterval: NEVER_MS,
        options: (node) => (node === 'Ledgers' ? { snapshots: { every: 1_000 } } : {}),
      });
      await runner.start();
      const accounts = runner.get(Accounts);
      const account = new Account('Ada');
      for (let amount = 1; amount <= saves; amount++) {
        account.credit(amount);
        await accounts.save(account);
      }
      await runner.waitFor(Ledgers, Accounts, undefined, { timeout: NEVER_MS });
      const ledger = await runner.get(Ledgers).repository.get(Ledger, 'ledger');
      expect(ledger).toMatchObject({ count: saves, sum: (saves * (saves + 1)) / 2 });
      expect(await runner.stop()).toEqual([]);
      shown(
        context,
        `${grouped(saves)} saves in a burst on ${name} (${mode}): followed to the end, with nothing to wake anybody`,
      );
    });
  }
}
