import type { Row } from '../sql/rows.ts';

export type PostgresValue =
  | string
  | number
  | boolean
  | Uint8Array
  | readonly string[]
  | readonly number[]
  | readonly Uint8Array[];

/** Runs one statement, with values for its $1, $2 and so on. Returns its rows, each with its columns in order. */
export type PostgresQuery = (text: string, values?: readonly PostgresValue[]) => Promise<readonly Row[]>;

/**
 * Access to a PostgreSQL database, whatever library it comes from. The recorder needs no more than this; a driver for
 * another library, or for PostgreSQL in a browser, is these few functions.
 */
export interface PostgresDriver {
  /** What the database is called in messages. Without a password. */
  readonly name: string;
  /** Runs a statement as a transaction of its own. It should be prepared once for each connection. */
  readonly query: PostgresQuery;
  /** Runs several statements as one transaction. */
  transaction<T>(work: (query: PostgresQuery) => Promise<T>): Promise<T>;
  /**
   * The SQLSTATE of an error that this driver threw, or nothing if it is another error: `08001` if no connection could
   * be made, and `08006` if one was lost.
   */
  sqlState(error: unknown): string | undefined;
  close(): Promise<void>;
}
