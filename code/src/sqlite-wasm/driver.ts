import { translated } from '../sqlite/connection.ts';
import type { SqliteDriver, SqliteValue } from '../sqlite/driver.ts';
import { checkedOptions, type SqliteOptions } from '../sqlite/options.ts';

/** What is used of SQLite's WebAssembly build, as the package `@sqlite.org/sqlite-wasm` loads it. */
export interface Sqlite3 {
  readonly oo1: {
    readonly DB: new (options: { filename: string; flags: string; vfs?: string }) => Sqlite3Database;
  };
  readonly capi: {
    sqlite3_last_insert_rowid(database: Sqlite3Pointer): bigint | number;
    sqlite3_get_autocommit(database: Sqlite3Pointer): number;
    sqlite3_step(statement: Sqlite3Pointer): number;
    sqlite3_bind_double(statement: Sqlite3Pointer, index: number, value: number): number;
    sqlite3_busy_timeout(database: Sqlite3Pointer, milliseconds: number): number;
  };
  readonly SQLite3Error: new (message: string) => Error & { resultCode: number };
}

export interface Sqlite3Database {
  readonly pointer?: Sqlite3Pointer | undefined;
  exec(sql: string): unknown;
  prepare(sql: string): Sqlite3Statement;
  close(): void;
}

export interface Sqlite3Statement {
  readonly pointer?: Sqlite3Pointer | undefined;
  bind(values: SqliteValue[]): unknown;
  step(): boolean;
  get(row: SqliteValue[]): unknown;
  reset(): unknown;
}

/** Where a database or a statement is in the memory of the WebAssembly module. */
export type Sqlite3Pointer = number;

export interface SqliteWasmOptions extends SqliteOptions {
  /** The virtual file system that the file is in, by SQLite's name for it: in a browser, for example, `opfs`. */
  readonly vfs?: string | undefined;
  /** What the database is called in messages; the path of the file unless given. */
  readonly name?: string | undefined;
}

/** Opens a database with SQLite's WebAssembly build. The journal is the one that suits the file system. */
export function openSqliteWasm(sqlite3: Sqlite3, file: string, options: SqliteWasmOptions): SqliteDriver {
  const { synchronous, busyTimeout, readOnly } = checkedOptions(file, options);
  const { vfs, name = file } = options;
  const resultCode = (error: unknown) => (error instanceof sqlite3.SQLite3Error ? error.resultCode : undefined);
  let database: Sqlite3Database | undefined;
  try {
    database = new sqlite3.oo1.DB({
      filename: file,
      flags: readOnly ? 'r' : 'c',
      ...(vfs === undefined ? {} : { vfs }),
    });
    sqlite3.capi.sqlite3_busy_timeout(pointerOf(database), busyTimeout);
    if (readOnly) database.exec('SELECT 1 FROM sqlite_master LIMIT 1');
    else database.exec(`PRAGMA synchronous = ${synchronous}`);
    return driverOf(sqlite3, name, database, resultCode);
  } catch (error) {
    database?.close();
    throw translated(name, resultCode(error), error);
  }
}

function driverOf(
  { capi }: Sqlite3,
  name: string,
  database: Sqlite3Database,
  resultCode: SqliteDriver['resultCode'],
): SqliteDriver {
  const pointer = pointerOf(database);
  return {
    name,
    exec(sql) {
      database.exec(sql);
    },
    prepare(sql) {
      const statement = database.prepare(sql);
      const bind = (values: readonly SqliteValue[]) => {
        if (values.length > 0) statement.bind([...values]);
        // As a whole number of 64 bits, a great one would be another number.
        for (const [index, value] of values.entries()) {
          if (!Number.isInteger(value) || Number.isSafeInteger(value)) continue;
          capi.sqlite3_bind_double(pointerOf(statement), index + 1, Number(value));
        }
      };
      return {
        run(...values) {
          bind(values);
          // Not by the statement's own method, which writes to the console if a row is there already, and then throws.
          capi.sqlite3_step(pointerOf(statement));
          statement.reset(); // throws what the step has come to
          return Number(capi.sqlite3_last_insert_rowid(pointer));
        },
        all(...values) {
          try {
            bind(values);
            const rows: SqliteValue[][] = [];
            while (statement.step()) {
              const row: SqliteValue[] = [];
              statement.get(row);
              rows.push(row);
            }
            return rows;
          } finally {
            statement.reset();
          }
        },
      };
    },
    isInTransaction: () => capi.sqlite3_get_autocommit(pointer) === 0,
    resultCode,
    close: () => database.close(),
  };
}

/** A database or a statement has one until it is closed. */
function pointerOf({ pointer }: Sqlite3Database | Sqlite3Statement): Sqlite3Pointer {
  if (pointer === undefined) throw new TypeError('The SQLite database has been closed.');
  return pointer;
}
