import { recorderCases } from 'eventsourcing/testing';
import { describe, test } from 'vitest';
import { engines } from '../engines.ts';
import { counts } from './counts.ts';
import { grouped } from './shown.ts';

/** What must hold for every recorder. The same cases are part of the package, for recorders of other authors. */
for (const { name, openLog, isFast } of engines()) {
  const batchSize = isFast ? counts.batchSize.fast : counts.batchSize.postgres;
  const runs = isFast ? counts.scripts.fast : counts.scripts.postgres;
  const cases = recorderCases({ create: async (count) => openLog(count), batchSize, runs });
  const shown =
    `${name}: all ${cases.length} cases hold, with transactions of ${grouped(batchSize)} events, and ${grouped(runs)} ` +
    'random scripts are answered as in memory';
  describe(`the ${name} recorder`, { meta: { shown } }, () => {
    for (const { name: title, run } of cases) test(title, run);
  });
}
