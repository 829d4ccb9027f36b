import type { BooleanVariable, ChoiceVariable, FromEnv, IntegerVariable, TextVariable } from '../index.ts';
import { DEFAULT_MS, LONGEST_MS } from '../sql/durations.ts';
import { type SqliteOptions, SYNCHRONOUS } from './options.ts';
import type { SqliteStore } from './store.ts';

const DBNAME: TextVariable = {
  name: 'SQLITE_DBNAME',
  type: 'text',
  doc: 'The path of the file, or :memory:. It has to be set where PERSISTENCE_MODULE chooses SQLite.',
};
const SYNCHRONOUS_VARIABLE: ChoiceVariable<(typeof SYNCHRONOUS)[number]> = {
  name: 'SQLITE_SYNCHRONOUS',
  type: 'choice',
  choices: SYNCHRONOUS,
  doc: 'How much a save waits for the disk; full unless set.',
};
const BUSY_TIMEOUT: IntegerVariable = {
  name: 'SQLITE_BUSY_TIMEOUT',
  type: 'integer',
  min: 0,
  max: LONGEST_MS,
  doc: `How long a save waits for another process that writes to the file; ${DEFAULT_MS.busyTimeout} unless set.`,
  unit: 'milliseconds',
};
const READ_ONLY: BooleanVariable = {
  name: 'SQLITE_READ_ONLY',
  type: 'boolean',
  doc: 'Whether the file is opened for reading only; no unless set.',
};

/**
 * A store on SQLite from variables, for `fromEnv`, whichever driver it is on.
 *
 * @param sqlite opens a file.
 * @example
 * ```ts
 * import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
 * import { Application, fromEnv } from 'eventsourcing';
 * import { sqliteFrom, sqliteWasm } from 'eventsourcing/sqlite-wasm';
 *
 * const sqlite3 = await sqlite3InitModule();
 * const sqliteFromEnv = sqliteFrom((file, options) => sqliteWasm(sqlite3, file, options));
 *
 * const env = { PERSISTENCE_MODULE: 'sqlite', SQLITE_DBNAME: ':memory:' };
 * const { store } = fromEnv(Application, env, { stores: { sqlite: sqliteFromEnv } });
 * console.log(await new Application({ store }).notificationLog.select()); // []
 * await store?.close?.();
 * ```
 */
export function sqliteFrom(sqlite: (file: string, options: SqliteOptions) => SqliteStore): FromEnv<SqliteStore> {
  return {
    variables: [DBNAME, SYNCHRONOUS_VARIABLE, BUSY_TIMEOUT, READ_ONLY],
    create: (env) =>
      sqlite(env.requiredText(DBNAME), {
        synchronous: env.choice(SYNCHRONOUS_VARIABLE),
        busyTimeout: env.integer(BUSY_TIMEOUT),
        readOnly: env.boolean(READ_ONLY),
      }),
  };
}
