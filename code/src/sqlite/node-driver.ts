import { DatabaseSync } from 'node:sqlite';
import { primaryCode, translated } from './connection.ts';
import type { SqliteDriver } from './driver.ts';
import { checkedOptions, type SqliteOptions } from './options.ts';
import { type Sealed, sealed } from './sealed.ts';

const PAUSE_MS = 10;
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_CANTOPEN = 14;

/** Opens a database with the SQLite that is part of Node. */
export function openNodeSqlite(file: string, options: SqliteOptions): SqliteDriver {
  const { synchronous, busyTimeout, readOnly } = checkedOptions(file, options);
  if (readOnly) return openToRead(file, busyTimeout);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: busyTimeout });
    writeAhead(database, busyTimeout);
    database.exec(`PRAGMA synchronous = ${synchronous}`);
    return driverOf(file, database);
  } catch (error) {
    database?.close();
    throw translated(file, resultCode(error), error);
  }
}

/**
 * To read a database with a write-ahead log, SQLite wants to make files beside it, also if there is nothing in the log. Where
 * it cannot, the file is read as one that nobody changes, as long as nobody does.
 */
function openToRead(file: string, busyTimeout: number): SqliteDriver {
  const open = (path: string): DatabaseSync => {
    const database = new DatabaseSync(path, { readOnly: true, timeout: busyTimeout });
    try {
      // It is only now that the file is looked at.
      database.prepare('SELECT 1 FROM sqlite_master LIMIT 1').all();
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  };
  try {
    return driverOf(file, open(file));
  } catch (error) {
    const code = primaryCode(resultCode(error) ?? 0);
    const seal = code === SQLITE_READONLY || code === SQLITE_CANTOPEN ? sealed(file, error) : undefined;
    if (seal === undefined) throw translated(file, resultCode(error), error);
    return driverOf(file, open(seal.uri), seal);
  }
}

function driverOf(name: string, database: DatabaseSync, seal?: Sealed): SqliteDriver {
  return {
    name,
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      return {
        run: (...values) => Number(statement.run(...values).lastInsertRowid),
        all(...values) {
          const rows: unknown = statement.all(...values);
          // After the reading, so that nothing can have come in between.
          seal?.check();
          return Array.isArray(rows) ? rows : [];
        },
      };
    },
    isInTransaction: () => database.isTransaction,
    resultCode,
    close: () => database.close(),
  };
}

/**
 * Turns the write-ahead log on, so that readers and the writer do not wait for each other. While another process does
 * the same, SQLite answers that it is busy without waiting; so the wait is here.
 */
function writeAhead(database: DatabaseSync, busyTimeout: number): void {
  const deadline = Date.now() + busyTimeout;
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      const code = resultCode(error);
      if (code === undefined || primaryCode(code) !== SQLITE_BUSY || Date.now() >= deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

function resultCode(error: unknown): number | undefined {
  const code: unknown = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code : undefined;
}
