import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** The PostgreSQL server of a run: started when the first page needs it, since most pages do not. */
export interface DatabaseServer {
  /** A database on the server, by its URL. */
  url(): Promise<string>;
  stop(): Promise<void>;
}

export function createDatabaseServer(): DatabaseServer {
  let started: Promise<TestDatabase> | undefined;
  return {
    async url() {
      // A failed attempt is forgotten: while pages are watched, the next one may find what was missing.
      started ??= openTestDatabase().catch((error: unknown) => {
        started = undefined;
        throw error;
      });
      return (await started).url;
    },
    async stop() {
      const server = await started;
      started = undefined;
      await server?.end();
    },
  };
}
