import { type PostgresStore, type PostgresStoreOptions, postgresStore } from '../postgres/store.ts';
import { type PgliteDatabase, pgliteDriver } from './driver.ts';

export type { PostgresDriver, PostgresQuery, PostgresValue } from '../postgres/driver.ts';
export { postgresFrom } from '../postgres/from-env.ts';
export { type PostgresStore, type PostgresStoreOptions, postgresStore } from '../postgres/store.ts';
export type { Row } from '../sql/rows.ts';
export type { PgliteDatabase, PgliteQueries } from './driver.ts';

export interface PgliteOptions extends PostgresStoreOptions {
  /** What the database is called in messages; `The PGlite database` unless given. */
  readonly name?: string | undefined;
}

/**
 * A store in PGlite, which is PostgreSQL in WebAssembly: for browsers, and for tests without a server. The package
 * `@electric-sql/pglite` is yours to install, and so is the database: closing the store leaves it open.
 *
 * @param database the PGlite that you have made.
 * @throws {ArgumentError} if the schema or another option cannot be right.
 * @example
 * ```ts
 * import { PGlite } from '@electric-sql/pglite';
 * import { Aggregate, Application, event } from 'eventsourcing';
 * import { pglite } from 'eventsourcing/pglite';
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
 * const database = new PGlite(); // in memory; or new PGlite('idb://dogs'), kept in the browser
 * const school = new DogSchool({ store: pglite(database) });
 * const dog = new Dog('Fido');
 * await school.save(dog);
 * console.log((await school.repository.get(Dog, dog.id)).name); // Fido
 * await database.close();
 * ```
 */
export function pglite(database: PgliteDatabase, options: PgliteOptions = {}): PostgresStore {
  return postgresStore(pgliteDriver(database, options.name ?? 'The PGlite database'), options);
}
