import type { KeyRecorder, SnapshotRecorder, Store, ViewRecorder } from '../index.ts';
import { recordersBy } from '../sql/recorders.ts';
import { Connection } from './connection.ts';
import type { SqliteDriver } from './driver.ts';
import { SqliteKeyRecorder } from './key-recorder.ts';
import { SqliteRecorder } from './recorder.ts';
import { lostTables, migrate } from './schema.ts';
import { SqliteSnapshotRecorder } from './snapshot-recorder.ts';
import { SqliteViewRecorder } from './view-recorder.ts';

/** A store in an SQLite database. */
export interface SqliteStore extends Store {
  snapshotRecorder(application: string): SnapshotRecorder;
  keyRecorder(application: string): KeyRecorder;
  viewRecorder(projection: string): ViewRecorder;
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
  const recorders = recordersBy((application) => {
    const tables = migrate(connection, application, options.readOnly !== true);
    const { snapshots, keys } = tables;
    connection.explain((cause) => lostTables(connection, tables, cause));
    let keyRecorder: KeyRecorder | undefined;
    return {
      recorder: new SqliteRecorder(connection, tables),
      snapshotRecorder: new SqliteSnapshotRecorder(connection, snapshots),
      // Only for those who use it, since it changes how the connection deletes.
      get keyRecorder() {
        keyRecorder ??= new SqliteKeyRecorder(connection, keys);
        return keyRecorder;
      },
    };
  });
  const views = new Map<string, ViewRecorder>();
  return {
    ...recorders,
    viewRecorder(projection) {
      const recorder =
        views.get(projection) ?? new SqliteViewRecorder(connection, projection, options.readOnly !== true);
      views.set(projection, recorder);
      return recorder;
    },
    close: async () => connection.close(),
  };
}
