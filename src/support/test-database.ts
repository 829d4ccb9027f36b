/** A database to test with, for the library's tests and the doc tests alike. */
import { databaseName, databasesWith, dropDatabase, makeDatabase } from './databases.ts';
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
  const url = await makeDatabase(serverUrl, 'eventsourcing');
  return {
    url,
    async end() {
      for (const name of await databasesWith(serverUrl, databaseName(url))) await dropDatabase(serverUrl, name);
    },
  };
}
