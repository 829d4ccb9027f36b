import type { Row } from '../sql/rows.ts';

export type PostgresValue =
  | string
  | number
  | boolean
  | Uint8Array
  | readonly string[]
  | readonly number[]
  | readonly Uint8Array[];

/** Runs one statement, with values for its $1, $2 and so on. Returns its rows, each with its columns in order. */
export type PostgresQuery = (text: string, values?: readonly PostgresValue[]) => Promise<readonly Row[]>;

/** A connection of one's own. */
export interface PostgresConnection {
  readonly query: PostgresQuery;
  /** Calls a function with what is notified on channels that the connection listens to. */
  onNotification(listener: (channel: string, payload: string) => void): void;
  /** Resolves when the connection has ended, however it came to that. */
  readonly ended: Promise<void>;
  end(): void;
}

/**
 * Access to a PostgreSQL database, whatever library it comes from. The recorder needs no more than this; a driver for
 * another library, or for PostgreSQL in a browser, is these few functions.
 */
export interface PostgresDriver {
  /** What the database is called in messages. Without a password. */
  readonly name: string;
  /** Runs a statement as a transaction of its own. It should be prepared once for each connection. */
  readonly query: PostgresQuery;
  /**
   * The same for a statement that writes, and so may wait for a lock that another session holds. However many of them
   * wait, `query` must not wait for them; so they should have connections of their own. As `query` unless given.
   */
  readonly write?: PostgresQuery | undefined;
  /** Runs several statements as one transaction, which counts as a statement that writes. */
  transaction<T>(work: (query: PostgresQuery) => Promise<T>): Promise<T>;
  /**
   * Makes a connection that is used by one alone, for locks and notifications of a session; absent if there is no more than one
   * client. It ends by itself, soon, when the server is not there any more.
   */
  readonly connectAside?: (() => Promise<PostgresConnection>) | undefined;
  /**
   * The SQLSTATE of an error that this driver threw, or nothing if it is another error: `08001` if no connection could
   * be made, `08003` if it was closed before the statement was sent, `08006` if a connection was lost, and `55P03` if
   * none was free in time.
   */
  sqlState(error: unknown): string | undefined;
  /** Ends all connections. What has not been sent must fail at once, and what has been sent must not be waited for without end. */
  close(): Promise<void>;
}
