import { checkSchemaName, type KeyRecorder, type SnapshotRecorder, type Store, type ViewRecorder } from '../index.ts';
import { checkedDuration, DEFAULT_MS } from '../sql/durations.ts';
import { recordersBy } from '../sql/recorders.ts';
import { PostgresCoordinator } from './coordinator.ts';
import type { PostgresDriver } from './driver.ts';
import { PostgresKeyRecorder } from './key-recorder.ts';
import { Log } from './log.ts';
import { PostgresRecorder } from './recorder.ts';
import { namesOf } from './schema.ts';
import { Session } from './session.ts';
import { PostgresSnapshotRecorder } from './snapshot-recorder.ts';
import { PostgresViewRecorder } from './view-recorder.ts';

/** A store in a PostgreSQL database. */
export interface PostgresStore extends Store {
  snapshotRecorder(application: string): SnapshotRecorder;
  keyRecorder(application: string): KeyRecorder;
  viewRecorder(projection: string): ViewRecorder;
  /**
   * Ends all connections. What was sent to the server comes to its end, for as long as `closeTimeout` says; what still
   * waits for its turn fails at once with `ES_STORE_CLOSED`, and so does whatever is asked of the store later.
   */
  close(): Promise<void>;
}

export interface PostgresStoreOptions {
  /** The schema that the tables are in, and that is made if it is not there; `public` unless given. */
  readonly schema?: string | undefined;
  /** Whether to make what is missing and to change what is out of date, at the first use; true unless given. */
  readonly migrate?: boolean | undefined;
  /** For how many milliseconds to try again when the database cannot be reached; 10000 unless given. With 0 it is tried once. */
  readonly retryTimeout?: number | undefined;
}

/** A store on a driver of your own. {@link postgres} is this, on the package `pg`. */
export function postgresStore(driver: PostgresDriver, options: PostgresStoreOptions = {}): PostgresStore {
  const { schema = 'public', migrate = true, retryTimeout = DEFAULT_MS.retryTimeout } = options;
  checkSchemaName(schema);
  const session = new Session(driver, checkedDuration('retryTimeout', retryTimeout));
  const coordinator = driver.connectAside && new PostgresCoordinator(driver.connectAside, schema);
  const recorders = recordersBy((application) => {
    const log = new Log(session, namesOf(application, schema), migrate);
    return {
      recorder: new PostgresRecorder(log),
      snapshotRecorder: new PostgresSnapshotRecorder(log),
      keyRecorder: new PostgresKeyRecorder(log),
    };
  });
  const views = new Map<string, ViewRecorder>();
  return {
    ...recorders,
    viewRecorder(projection) {
      const recorder = views.get(projection) ?? new PostgresViewRecorder(session, projection, schema, migrate);
      views.set(projection, recorder);
      return recorder;
    },
    coordinator,
    async close() {
      await coordinator?.close();
      await session.close();
    },
  };
}
