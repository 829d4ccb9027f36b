import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { binariesForAll, canBeEntered, installedBinaries, makeRunnable, programIn } from './postgres-binaries.ts';
import { serverUser, type User } from './server-user.ts';

/** A server that is ending still writes files. */
const REMOVAL_ATTEMPTS = 200;
const REMOVAL_PAUSE_MS = 50;

/** A server that crashed leaves processes behind which hold its memory for a moment longer. */
const RESTART_ATTEMPTS = 600;
const RESTART_PAUSE_MS = 200;

/** What a server writes to its log when it can be connected to, whatever language its user speaks: see `ENVIRONMENT`. */
const READY = 'database system is ready to accept connections';
const ENVIRONMENT = { ...process.env, LC_ALL: 'C' };

const NAME = 'postgres';
const PASSWORD = 'password';

/** What ends a process that doesn't listen to it. */
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface PostgresServer {
  readonly url: string;
  /** Kills the server without a warning, and starts it again on what it has left. */
  crash(): Promise<void>;
  end(): Promise<void>;
}

export interface PostgresServerOptions {
  /** Whether commits wait for the disk. Tests kill processes, never the machine, and need not wait. */
  readonly durable: boolean;
  /** The folder with PostgreSQL's programs; those of the npm package unless given. */
  readonly binaries?: string;
}

/**
 * Starts a PostgreSQL server in a temporary folder, which goes with the process if nobody ends the server before. Root
 * can start one too, wherever the project is: the server runs as a user of its own, on a copy of its programs if that
 * user can't get at them.
 */
export async function startPostgres({ durable, binaries }: PostgresServerOptions): Promise<PostgresServer> {
  const user = await serverUser();
  const folder = mkdtempSync(join(placeFor(user), 'postgres-'));
  const port = await freePort();
  const log: string[] = [];
  let server: ChildProcess | undefined;
  // This process ends, and can't wait for anything.
  const leave = () => {
    server?.kill('SIGQUIT');
    removeFolder(folder);
  };
  const forget = endWithProcess(leave);
  try {
    const found = binaries ?? installedBinaries();
    makeRunnable(found);
    const programs = user === undefined ? found : binariesForAll(found, join(folder, 'programs'));
    const data = join(folder, 'data');
    // Not in the folder of this process, which the server's user may not be able to enter.
    const options = { ...user, cwd: folder, env: ENVIRONMENT };
    if (user !== undefined) chownSync(folder, user.uid, user.gid);
    await makeData(programIn(programs, 'initdb'), data, passwordFile(folder, user), options);
    const start = async () => {
      const settings = [`fsync=${durable ? 'on' : 'off'}`, 'unix_socket_directories=', 'max_connections=200'];
      const flags = ['-D', data, '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])];
      const child = spawn(programIn(programs, 'postgres'), flags, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
      server = child;
      await new Promise<void>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code, signal) => reject(new Error(`The server ended with ${code ?? signal}.`)));
        createInterface({ input: child.stderr }).on('line', (line) => {
          log.push(line);
          if (line.includes(READY)) resolve();
        });
      });
      return child;
    };
    let running = await start();
    return {
      url: `postgres://${NAME}:${PASSWORD}@127.0.0.1:${port}/postgres`,
      async crash() {
        await ended(running, 'SIGKILL');
        for (let attempt = 1; ; attempt++) {
          await new Promise((resolve) => setTimeout(resolve, RESTART_PAUSE_MS));
          const [outcome] = await Promise.allSettled([start()]);
          if (outcome.status === 'fulfilled') {
            running = outcome.value;
            return;
          }
          if (attempt === RESTART_ATTEMPTS) throw notStarted('did not come back', log, outcome.reason);
        }
      },
      async end() {
        await ended(running, 'SIGINT');
        forget();
        leave();
      },
    };
  } catch (cause) {
    forget();
    leave();
    throw notStarted('did not start', log, cause);
  }
}

/**
 * A folder for temporary files that the server's user can enter.
 *
 * @throws if there is none, with what to do
 */
function placeFor(user: User | undefined): string {
  const places = (user === undefined ? [tmpdir()] : [tmpdir(), '/tmp', '/var/tmp']).filter((path) => existsSync(path));
  const place = places.map((path) => realpathSync(path)).find((path) => user === undefined || canBeEntered(path));
  if (place !== undefined) return place;
  throw new Error(
    `PostgreSQL refuses to run as root, and other users can't enter any of these folders: ${places.join(', ')}. ` +
      'Set TMPDIR to a folder that they can enter, or POSTGRES_URL to a server on which databases can be made.',
  );
}

function passwordFile(folder: string, user: User | undefined): string {
  const path = join(folder, 'password');
  writeFileSync(path, PASSWORD);
  if (user !== undefined) chownSync(path, user.uid, user.gid);
  chmodSync(path, 0o400);
  return path;
}

async function makeData(initdb: string, data: string, password: string, options: object): Promise<void> {
  const flags = [`--pgdata=${data}`, '--auth=password', `--username=${NAME}`, `--pwfile=${password}`];
  await promisify(execFile)(initdb, [...flags, '--encoding=UTF8', '--locale=C', '--no-sync'], options);
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** Removes a folder that somebody writes to for a moment longer, without giving anything else a turn. */
function removeFolder(folder: string): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let attempt = 1; attempt <= REMOVAL_ATTEMPTS; attempt++) {
    // By force, it leaves without a word what wasn't empty in the end. Its own retries don't look inside again.
    rmSync(folder, { recursive: true, force: true });
    if (!existsSync(folder)) return;
    Atomics.wait(never, 0, 0, REMOVAL_PAUSE_MS);
  }
  throw new Error(`${folder} can't be removed: something is still writing to it.`);
}

function notStarted(what: string, log: readonly string[], cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`PostgreSQL ${what}: ${[reason, ...log].join('\n')}`, { cause });
}

/** Calls a function when this process ends, by a signal too. Returns what takes that back. */
function endWithProcess(leave: () => void): () => void {
  // Whoever else listens to a signal has reasons of its own to go on for a while, and ends the process in its own way.
  const end = (signal: (typeof ENDING_SIGNALS)[number]) => {
    if (process.listenerCount(signal) === 0) process.exit(128 + constants.signals[signal]);
  };
  process.once('exit', leave);
  for (const signal of ENDING_SIGNALS) process.once(signal, end);
  return () => {
    process.off('exit', leave);
    for (const signal of ENDING_SIGNALS) process.off(signal, end);
  };
}
