import type { Row } from '../sql/rows.ts';

export type SqliteValue = string | number | Uint8Array | null;

/**
 * One connection to an SQLite database, whatever library it comes from. The recorder needs no more than this; a driver
 * for another build of SQLite (for example, for the one that runs in browsers) is these few functions.
 */
export interface SqliteDriver {
  /** What the database is called in messages, for example the path of its file. */
  readonly name: string;
  /** Runs statements that have no parameters and no result. */
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  /** Whether a transaction has begun and has not ended. */
  isInTransaction(): boolean;
  /** SQLite's own (extended) result code of an error that this driver threw, or nothing if it is another error. */
  resultCode(error: unknown): number | undefined;
  close(): void;
}

export interface SqliteStatement {
  /** Runs a statement without a result. Returns the rowid that was inserted last. */
  run(...values: readonly SqliteValue[]): number;
  /** Runs a query. Returns its rows, each with its columns in order. */
  all(...values: readonly SqliteValue[]): readonly Row[];
}
