import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A database in which the tests may make schemas, on a server on which they may make databases. */
    postgresUrl: string;
  }
}

/** One PostgreSQL server for all tests of a run: the one that POSTGRES_URL names, or one that is started for it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.POSTGRES_URL;
  const { url, end } = given ? await databaseOn(given) : await startPostgres({ durable: false });
  project.provide('postgresUrl', url);
  return end;
}

/** A database of our own on a server that is somebody else's, so that nothing is left there. */
export async function databaseOn(serverUrl: string): Promise<{ readonly url: string; end(): Promise<void> }> {
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
