import type { EnvVariable, FromEnv } from '../index.ts';
import { durationVariable } from '../sql/durations.ts';
import { type SqliteOptions, SYNCHRONOUS } from './options.ts';
import type { SqliteStore } from './store.ts';

const VARIABLES = {
  file: {
    name: 'SQLITE_DBNAME',
    type: 'text',
    doc: 'The path of the file, or :memory:. It has to be set where PERSISTENCE_MODULE chooses SQLite.',
  },
  synchronous: {
    name: 'SQLITE_SYNCHRONOUS',
    type: 'choice',
    choices: SYNCHRONOUS,
    doc: 'How much a save waits for the disk; full unless set.',
  },
  busyTimeout: durationVariable(
    'SQLITE_BUSY_TIMEOUT',
    'busyTimeout',
    'How long a save waits for another process that writes to the file',
  ),
  readOnly: {
    name: 'SQLITE_READ_ONLY',
    type: 'boolean',
    doc: 'Whether the file is opened for reading only; no unless set.',
  },
} as const satisfies Record<string, EnvVariable>;

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
    variables: Object.values(VARIABLES),
    create: (env) =>
      sqlite(env.requiredText(VARIABLES.file), {
        synchronous: env.choice(VARIABLES.synchronous),
        busyTimeout: env.integer(VARIABLES.busyTimeout),
        readOnly: env.boolean(VARIABLES.readOnly),
      }),
  };
}
