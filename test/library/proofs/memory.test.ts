/** Memory that stays flat: a process that has little of it follows a log that is many times as large. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { counts } from './counts.ts';
import { grouped, shown } from './shown.ts';

/** Enough for the library and for what garbage there is in between. The events alone are many times as much. */
const HEAP_MEGABYTES = 64;

test('a long log is followed with little memory', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'memory-'));
  const script = fileURLToPath(new URL('processes/long-log.ts', import.meta.url));
  const { stdout } = await promisify(execFile)('node', [
    `--max-old-space-size=${HEAP_MEGABYTES}`,
    script,
    'sqlite',
    join(folder, 'long.db'),
    '',
    '',
    String(counts.longLog),
  ]);
  rmSync(folder, { recursive: true });
  expect(Number(stdout)).toBe(counts.longLog);
  shown(context, `${grouped(counts.longLog)} events followed by a process with a heap of ${HEAP_MEGABYTES} MB`);
});
