import { DatabaseSync } from 'node:sqlite';
import { primaryCode, translated } from './connection.ts';
import type { SqliteDriver } from './driver.ts';
import { checkedOptions, type SqliteOptions } from './options.ts';

const PAUSE_MS = 10;
const SQLITE_BUSY = 5;

/** Opens a database with the SQLite that is part of Node. */
export function openNodeSqlite(file: string, options: SqliteOptions): SqliteDriver {
  const { synchronous, busyTimeout, readOnly } = checkedOptions(file, options);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly, timeout: busyTimeout });
    if (!readOnly) {
      writeAhead(database, busyTimeout);
      database.exec(`PRAGMA synchronous = ${synchronous}`);
    }
    return driverOf(file, database);
  } catch (error) {
    database?.close();
    throw translated(file, resultCode(error), error);
  }
}

function driverOf(name: string, database: DatabaseSync): SqliteDriver {
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
