import type { FromEnv } from '../index.ts';
import { sqliteFrom } from './from-env.ts';
import { openNodeSqlite } from './node-driver.ts';
import type { SqliteOptions } from './options.ts';
import { type SqliteStore, sqliteStore } from './store.ts';

export type { Row } from '../sql/rows.ts';
export type { SqliteDriver, SqliteStatement, SqliteValue } from './driver.ts';
export type { SqliteOptions } from './options.ts';
export { type SqliteStore, sqliteStore } from './store.ts';

/**
 * A store in a file, or in memory, with the SQLite that is part of Node: 22.20 or later, and of Node 24, 24.7 or later.
 * Several applications, and several processes on one machine, can share a file; each application has its own log in it,
 * told apart by name.
 *
 * @param file the path of the file, which is made if it is not there; or `:memory:`.
 * @throws {StoreError} if the file cannot be opened.
 * @example
 * ```ts
 * import { Aggregate, Application, event } from 'eventsourcing';
 * import { sqlite } from 'eventsourcing/sqlite';
 *
 * @event('Dog.Registered', 'name')
 * class Dog extends Aggregate {
 *   constructor(readonly name: string) { super(); }
 * }
 *
 * class DogSchool extends Application {
 *   static aggregates = [Dog];
 * }
 *
 * const store = sqlite(':memory:'); // or sqlite('dogs.db')
 * const school = new DogSchool({ store });
 * const dog = new Dog('Fido');
 * await school.save(dog);
 * console.log((await school.repository.get(Dog, dog.id)).name); // Fido
 * await store.close();
 * ```
 */
export function sqlite(file: string, options: SqliteOptions = {}): SqliteStore {
  return sqliteStore(openNodeSqlite(file, options), options);
}

/**
 * A store on SQLite from variables, for `fromEnv`.
 *
 * @example
 * ```ts
 * import { Application, fromEnv } from 'eventsourcing';
 * import { sqliteFromEnv } from 'eventsourcing/sqlite';
 *
 * const env = { PERSISTENCE_MODULE: 'sqlite', SQLITE_DBNAME: ':memory:', SQLITE_SYNCHRONOUS: 'normal' };
 * const { store } = fromEnv(Application, env, { stores: { sqlite: sqliteFromEnv } });
 * console.log(await new Application({ store }).notificationLog.select()); // []
 * await store?.close?.();
 * ```
 */
export const sqliteFromEnv: FromEnv<SqliteStore> = sqliteFrom(sqlite);
