import type { KeyRecorder, Recorder, SnapshotRecorder, Store, ViewRecorder } from '../index.ts';
import { Connection } from './connection.ts';
import type { SqliteDriver } from './driver.ts';
import { SqliteKeyRecorder } from './key-recorder.ts';
import { SqliteRecorder } from './recorder.ts';
import { lostTables, migrate } from './schema.ts';
import { SqliteSnapshotRecorder } from './snapshot-recorder.ts';
import { SqliteViewRecorder } from './view-recorder.ts';

/** What one application has in a database. */
interface Log {
  readonly recorder: Recorder;
  readonly snapshotRecorder: SnapshotRecorder;
  readonly keyRecorder: KeyRecorder;
}

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
  const logs = new Map<string, Log>();
  const logOf = (application: string) => {
    const known = logs.get(application);
    if (known !== undefined) return known;
    const tables = migrate(connection, application, options.readOnly !== true);
    const { snapshots, keys } = tables;
    connection.explain((cause) => lostTables(connection, tables, cause));
    let keyRecorder: KeyRecorder | undefined;
    const log: Log = {
      recorder: new SqliteRecorder(connection, tables),
      snapshotRecorder: new SqliteSnapshotRecorder(connection, snapshots),
      // Only for those who use it, since it changes how the connection deletes.
      get keyRecorder() {
        keyRecorder ??= new SqliteKeyRecorder(connection, keys);
        return keyRecorder;
      },
    };
    logs.set(application, log);
    return log;
  };
  const views = new Map<string, ViewRecorder>();
  return {
    recorder: (application) => logOf(application).recorder,
    snapshotRecorder: (application) => logOf(application).snapshotRecorder,
    keyRecorder: (application) => logOf(application).keyRecorder,
    viewRecorder(projection) {
      const recorder =
        views.get(projection) ?? new SqliteViewRecorder(connection, projection, options.readOnly !== true);
      views.set(projection, recorder);
      return recorder;
    },
    close: async () => connection.close(),
  };
}
