import type { Recorder, Store } from '../index.ts';
import { Connection } from './connection.ts';
import type { SqliteDriver } from './driver.ts';
import { SqliteRecorder } from './recorder.ts';
import { migrate } from './schema.ts';

/** A store in an SQLite database. */
export interface SqliteStore extends Store {
  /** Closes the database. Whatever is asked of the store later fails with `ES_STORE_CLOSED`. */
  close(): Promise<void>;
}

/**
 * A store on a connection that a driver of your own has opened. {@link sqlite} is this, on Node's own SQLite.
 *
 * @param options.readOnly whether the connection takes no writes; missing tables are an error then.
 */
export function sqliteStore(
  driver: SqliteDriver,
  options: { readonly readOnly?: boolean | undefined } = {},
): SqliteStore {
  const connection = new Connection(driver);
  const recorders = new Map<string, Recorder>();
  return {
    recorder(application) {
      const known = recorders.get(application);
      if (known !== undefined) return known;
      const recorder = new SqliteRecorder(connection, migrate(connection, application, options.readOnly !== true));
      recorders.set(application, recorder);
      return recorder;
    },
    close: async () => connection.close(),
  };
}
