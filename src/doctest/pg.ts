import pg, { type ClientConfig, type PoolConfig } from 'pg';

/** A database that the programs of a page are let into, whatever URL they name. */
export interface Database {
  readonly url: string;
  /** The same, or nothing if the program has none. */
  readonly address: string | undefined;
  /** Told of each client, so that it can be ended if the page does not. */
  readonly opened: (client: pg.Client) => void;
}

/** The package `pg`, as a page gets it: what it connects to is the database of the tests. */
export function createPg(database: Database) {
  class Client extends pg.Client {
    constructor(config?: string | ClientConfig) {
      super({ ...(typeof config === 'string' ? {} : config), connectionString: database.url });
      database.opened(this);
    }
  }
  class Pool extends pg.Pool {
    constructor(config?: PoolConfig) {
      // A fence ends when no timer is left, and the one that closes idle connections is none of the fence's.
      super({ ...config, connectionString: database.url, Client, idleTimeoutMillis: 0 });
    }
  }
  return { ...pg, Client, Pool };
}
