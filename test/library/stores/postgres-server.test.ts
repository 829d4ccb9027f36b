import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { installedBinaries } from '../../../src/support/postgres-binaries.ts';
import { startPostgres } from '../../../src/support/postgres-server.ts';

const STARTING = fileURLToPath(new URL('fixtures/start-postgres.ts', import.meta.url));

let folder = '';
beforeEach(() => {
  // Closed to other users, as home folders are.
  folder = mkdtempSync(join(tmpdir(), 'private-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Whether a server answers. */
async function answers(url: string): Promise<boolean> {
  const client = new Client(url);
  const [outcome] = await Promise.allSettled([client.connect()]);
  await client.end();
  return outcome.status === 'fulfilled';
}

test('a server starts where other users cannot enter, neither its programs’ folder nor that for temporary files', async () => {
  const binaries = join(folder, 'native');
  cpSync(installedBinaries(), binaries, { recursive: true, verbatimSymlinks: true });
  vi.stubEnv('TMPDIR', folder);
  const server = await startPostgres({ durable: false, binaries });
  try {
    expect(await answers(server.url)).toBe(true);
  } finally {
    await server.end();
  }
  expect(await answers(server.url)).toBe(false);
  expect(readdirSync(folder)).toEqual(['native']);
});

test('one that cannot be started is an error that says why', async () => {
  // Without the files that a database is made from.
  cpSync(join(installedBinaries(), 'bin'), join(folder, 'bin'), { recursive: true });
  const starting = startPostgres({ durable: false, binaries: folder });
  await expect(starting).rejects.toThrow(/^PostgreSQL did not start: .*initdb/);
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'one goes with a process that %s ends, and with it its files',
  async (signal) => {
    const child = spawn(process.execPath, [STARTING], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    // The boundary: what the process prints.
    const { url, folder: data }: { url: string; folder: string } = JSON.parse((await lines.next()).value ?? '');
    expect(await answers(url)).toBe(true);
    child.kill(signal);
    await once(child, 'exit');
    await expect.poll(() => answers(url)).toBe(false);
    expect(existsSync(data)).toBe(false);
  },
);
