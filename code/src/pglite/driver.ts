import type { PostgresDriver, PostgresQuery, PostgresValue } from '../postgres/driver.ts';

/** What is used of a PGlite, of the package `@electric-sql/pglite`. */
export interface PgliteDatabase extends PgliteQueries {
  transaction<T>(work: (transaction: PgliteQueries) => Promise<T>): Promise<T | undefined>;
}

export interface PgliteQueries {
  query(text: string, values: PostgresValue[], options: { rowMode: 'array' }): Promise<{ rows: unknown[] }>;
}

/**
 * PGlite has one connection, and lets one query or transaction after the other have it. It prepares a statement each
 * time, which costs little where the server is in the same process.
 */
export function pgliteDriver(database: PgliteDatabase, name: string): PostgresDriver {
  const queryOn =
    (queries: PgliteQueries): PostgresQuery =>
    async (text, values = []) => {
      const { rows } = await queries.query(text, [...values], { rowMode: 'array' });
      return rows.filter((row): row is unknown[] => Array.isArray(row));
    };
  return {
    name,
    query: queryOn(database),
    async transaction<T>(work: (query: PostgresQuery) => Promise<T>): Promise<T> {
      let done: { readonly result: T } | undefined;
      await database.transaction(async (transaction) => {
        done = { result: await work(queryOn(transaction)) };
      });
      if (done === undefined) throw new TypeError('PGlite did not run the transaction.');
      return done.result;
    },
    sqlState,
    // The database is its owner's, who may have other uses for it.
    close: async () => {},
  };
}

/** PGlite's errors are what the server has answered: with a severity, and with the SQLSTATE as their code. */
function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
