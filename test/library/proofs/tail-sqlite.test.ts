import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuid4 } from 'eventsourcing';
import { afterAll, test } from 'vitest';
import { counts } from './counts.ts';
import { shown } from './shown.ts';
import { tailWhileSaving } from './tailing.ts';

const folder = mkdtempSync(join(tmpdir(), 'tail-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('readers of one file get every event of many processes once, in order', async (context) => {
  const newPlace = () => ({ kind: 'sqlite', at: join(folder, `${uuid4()}.db`), schema: '' }) as const;
  shown(context, await tailWhileSaving(newPlace, counts.writers.sqlite));
});
