import { type SqliteStore, sqliteStore } from '../sqlite/store.ts';
import { openSqliteWasm, type Sqlite3, type SqliteWasmOptions } from './driver.ts';

export type { Row } from '../sql/rows.ts';
export type { SqliteDriver, SqliteStatement, SqliteValue } from '../sqlite/driver.ts';
export { sqliteFrom } from '../sqlite/from-env.ts';
export type { SqliteOptions } from '../sqlite/options.ts';
export { type SqliteStore, sqliteStore } from '../sqlite/store.ts';
export type { Sqlite3, Sqlite3Database, Sqlite3Pointer, Sqlite3Statement, SqliteWasmOptions } from './driver.ts';

/**
 * A store in an SQLite database where there is no SQLite but the one that you bring: in browsers and in Workers, with
 * SQLite's own WebAssembly build. The package `@sqlite.org/sqlite-wasm` is yours to install and to load; where a file is,
 * and for how long, is up to the file system that you choose. The one it has without any other option is memory.
 *
 * @param sqlite3 what the package's function has resolved to.
 * @param file the path of the file, which is made if it is not there; or `:memory:`.
 * @throws {StoreError} if the file cannot be opened.
 * @example
 * ```ts
 * import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
 * import { Aggregate, Application, event } from 'eventsourcing';
 * import { sqliteWasm } from 'eventsourcing/sqlite-wasm';
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
 * const sqlite3 = await sqlite3InitModule();
 * const store = sqliteWasm(sqlite3, 'dogs.db'); // in a Worker also with { vfs: 'opfs' }: it is kept there
 * const school = new DogSchool({ store });
 * const dog = new Dog('Fido');
 * await school.save(dog);
 * console.log((await school.repository.get(Dog, dog.id)).name); // Fido
 * await store.close();
 * ```
 */
export function sqliteWasm(sqlite3: Sqlite3, file: string, options: SqliteWasmOptions = {}): SqliteStore {
  return sqliteStore(openSqliteWasm(sqlite3, file, options), options);
}
