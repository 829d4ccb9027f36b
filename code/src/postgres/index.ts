import type { FromEnv } from '../index.ts';
import { postgresFrom } from './from-env.ts';
import { openPg, type PgOptions } from './pg-driver.ts';
import { type PostgresStore, type PostgresStoreOptions, postgresStore } from './store.ts';

export type { Row } from '../sql/rows.ts';
export type { PostgresDriver, PostgresQuery, PostgresValue } from './driver.ts';
export { type PostgresStore, type PostgresStoreOptions, postgresStore } from './store.ts';

export interface PostgresOptions extends PostgresStoreOptions, PgOptions {}

/**
 * A store in a PostgreSQL database, for any number of processes on any number of machines. Several applications can
 * share it; each has its own log, told apart by name. The package `pg` is yours to install.
 *
 * A save is one call to the database, and it resolves once it is durable there. Saves of one application follow each
 * other, so that whoever reads the log never sees an event appear below its position; nobody who reads waits for them. A
 * lost connection is made again, and a save whose answer was lost is recognised: it is stored once.
 *
 * @param url for example `postgres://user:password@host:5432/database`; connected to at the first use.
 * @throws {ArgumentError} if the URL, the schema or another option cannot be right.
 * @example
 * ```ts
 * import { Aggregate, Application, event } from 'eventsourcing';
 * import { postgres } from 'eventsourcing/postgres';
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
 * const store = postgres(process.env.POSTGRES_URL ?? 'postgres://localhost/dogs', { schema: 'dogs' });
 * const school = new DogSchool({ store });
 * const dog = new Dog('Fido');
 * await school.save(dog);
 * console.log((await school.repository.get(Dog, dog.id)).name); // Fido
 * await store.close();
 * ```
 */
export function postgres(url: string, options: PostgresOptions = {}): PostgresStore {
  return postgresStore(openPg(url, options), options);
}

/**
 * A store on PostgreSQL from variables, for `fromEnv`. No connection is made before the first use.
 *
 * @example
 * ```ts
 * import { Application, fromEnv } from 'eventsourcing';
 * import { postgresFromEnv } from 'eventsourcing/postgres';
 *
 * const env = { PERSISTENCE_MODULE: 'postgres', POSTGRES_DBNAME: 'dogs', POSTGRES_HOST: 'db', POSTGRES_POOL_SIZE: '5' };
 * const { store } = fromEnv(Application, env, { stores: { postgres: postgresFromEnv } });
 * console.log(typeof store?.close); // function
 * await store?.close?.();
 * ```
 */
export const postgresFromEnv: FromEnv<PostgresStore> = postgresFrom(postgres);
