/** Follows accounts until it's killed. Prints its position each time it has come forward. */
import { writeSync } from 'node:fs';
import { Runner } from '../../../../code/src/system/index.ts';
import { bank } from './banking.ts';
import { openStore, task } from './stores.ts';

const { place } = task();
const runner = new Runner(bank, {
  store: openStore(place),
  // Small transactions, so that there are many points to be killed at.
  batchSize: 20,
  pollInterval: 200,
  options: () => ({
    snapshots: { every: 500 },
    hooks: {
      async process({ position }, next) {
        await next();
        writeSync(1, `${position}\n`);
      },
    },
  }),
});
await runner.start();
writeSync(1, '0\n');
