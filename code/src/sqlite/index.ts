import { openNodeSqlite } from './node-driver.ts';
import type { SqliteOptions } from './options.ts';
import { type SqliteStore, sqliteStore } from './store.ts';

export type { Row } from '../sql/rows.ts';
export type { SqliteDriver, SqliteStatement, SqliteValue } from './driver.ts';
export type { SqliteOptions } from './options.ts';
export { type SqliteStore, sqliteStore } from './store.ts';

/**
 * A store in a file, or in memory, with the SQLite that is part of Node (22.13 or later). Several applications, and
 * several processes on one machine, can share a file; each application has its own log in it, told apart by name.
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
