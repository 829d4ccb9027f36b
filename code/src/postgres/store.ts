import { ArgumentError, type Recorder, type Store } from '../index.ts';
import { checkedName } from '../sql/names.ts';
import type { PostgresDriver } from './driver.ts';
import { PostgresRecorder } from './recorder.ts';
import { namesOf } from './schema.ts';
import { Session } from './session.ts';

/** A store in a PostgreSQL database. */
export interface PostgresStore extends Store {
  /** Ends all connections, once they are idle. Whatever is asked of the store later fails with `ES_STORE_CLOSED`. */
  close(): Promise<void>;
}

export interface PostgresStoreOptions {
  /** The schema that the tables are in, and that is made if it is not there; `public` unless given. */
  readonly schema?: string | undefined;
  /** Whether to make what is missing and to change what is out of date, at the first use; true unless given. */
  readonly migrate?: boolean | undefined;
  /** For how many milliseconds to try again when the database cannot be reached; 10000 unless given. */
  readonly retryTimeout?: number | undefined;
}

const DEFAULT_RETRY_TIMEOUT_MS = 10_000;

/** A store on a driver of your own. {@link postgres} is this, on the package `pg`. */
export function postgresStore(driver: PostgresDriver, options: PostgresStoreOptions = {}): PostgresStore {
  const { schema = 'public', migrate = true, retryTimeout = DEFAULT_RETRY_TIMEOUT_MS } = options;
  checkedName(schema, 'The option schema is a name', "Give another, for example { schema: 'school' }");
  const session = new Session(driver, checkedDuration('retryTimeout', retryTimeout));
  const recorders = new Map<string, Recorder>();
  return {
    recorder(application) {
      const known = recorders.get(application);
      if (known !== undefined) return known;
      const recorder = new PostgresRecorder(session, namesOf(application, schema), migrate);
      recorders.set(application, recorder);
      return recorder;
    },
    close: () => session.close(),
  };
}

/** @throws {ArgumentError} unless it is a whole number from 0. */
export function checkedDuration(option: string, milliseconds: number): number {
  if (Number.isSafeInteger(milliseconds) && milliseconds >= 0) return milliseconds;
  throw new ArgumentError(`The option ${option} must be a whole number of milliseconds, not ${milliseconds}.`);
}
