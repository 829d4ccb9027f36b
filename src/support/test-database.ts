/** A database to test with, for the library's tests and the doc tests alike. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { startPostgres } from './postgres-server.ts';

export interface TestDatabase {
  /** A database in which tests may make schemas. Databases that they make on its server have to begin with its name. */
  readonly url: string;
  /** Leaves nothing behind, neither processes nor files nor databases. */
  readonly end: () => Promise<void>;
}

/**
 * On the server that POSTGRES_URL names, or on one that is started for the occasion.
 *
 * @param durable Whether the commits of a server that is started wait for the disk; they don't unless given.
 */
export function openTestDatabase({ durable = false } = {}): Promise<TestDatabase> {
  const given = process.env.POSTGRES_URL;
  return given ? databaseOn(given) : startPostgres({ durable });
}

/** A database of our own on a server that is somebody else's, so that nothing is left there. */
async function databaseOn(serverUrl: string): Promise<TestDatabase> {
  const name = `eventsourcing_${randomBytes(6).toString('hex')}`;
  const run = async (statement: string) => {
    const client = new Client(serverUrl);
    await client.connect();
    try {
      return (await client.query<{ datname: string }>(statement)).rows;
    } finally {
      await client.end();
    }
  };
  await run(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async end() {
      const ours = await run(`SELECT datname FROM pg_database WHERE starts_with(datname, '${name}')`);
      for (const { datname } of ours) await run(`DROP DATABASE ${datname} WITH (FORCE)`);
    },
  };
}
