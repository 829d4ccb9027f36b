import { DatabaseError, defaults } from 'pg';
import { ArgumentError } from '../index.ts';
import { checkedDuration, DEFAULT_MS, LONGEST_MS } from '../sql/durations.ts';
import type { PostgresDriver, PostgresQuery } from './driver.ts';
import {
  ClosedError,
  ConnectError,
  LostError,
  type PgConnection,
  SilenceError,
  StatementNames,
} from './pg-connection.ts';
import { PgPool } from './pg-pool.ts';
import { type Lane, TurnError } from './turns.ts';

export interface PgOptions {
  /**
   * How many connections at most; 10 unless given. Saves use at most half of them, so that readers never wait for a save
   * that waits for a lock; so there are two if it is 1. One more is made for a moment when the server seems to be silent.
   */
  readonly poolSize?: number | undefined;
  /**
   * How many milliseconds the server may be silent, from 1; 5000 unless given. It is how long to wait for a connection, and
   * for a sign of life while a statement has no answer.
   */
  readonly connectTimeout?: number | undefined;
  /**
   * How many milliseconds a call waits for its turn, behind others of this process; 10000 unless given. Then it fails with
   * `ES_STORE_BUSY`. With 0 it does not wait.
   */
  readonly queueTimeout?: number | undefined;
  /**
   * How many milliseconds a statement waits for a lock that another session holds; 5000 unless given. Then it fails with
   * `ES_STORE_BUSY`. With 0 it does not wait. A shorter `lock_timeout` of the server counts.
   */
  readonly lockTimeout?: number | undefined;
  /**
   * How many milliseconds the server may take for one statement, from 1, the wait for a lock not counted; 60000 unless
   * given. Then it fails with `ES_STORE_BUSY`. A shorter `statement_timeout` of the server counts.
   */
  readonly statementTimeout?: number | undefined;
  /**
   * How many milliseconds `close` waits for the answers to what was sent; 5000 unless given. With 0 it does not wait. What
   * has no answer then fails with `ES_STORE_CLOSED`.
   */
  readonly closeTimeout?: number | undefined;
}

const DEFAULT_POOL_SIZE = 10;

const UNABLE_TO_CONNECT = '08001';
const NOT_CONNECTED = '08003';
const CONNECTION_LOST = '08006';
const LOCK_NOT_AVAILABLE = '55P03';
/** The server is starting, ending, or has too many clients: it is as if it could not be reached. */
const NOT_NOW = /^(57P0|53300)/;
/** The server ends the connection as well: it was ended by somebody, or a transaction was at it for too long. */
const ENDS_CONNECTION = /^(57P0|25P0[34])/;

/** Connects with the package `pg`. No connection is made before the first use. */
export function openPg(url: string, options: PgOptions): PostgresDriver {
  const { poolSize = DEFAULT_POOL_SIZE } = options;
  if (!Number.isSafeInteger(poolSize) || poolSize < 1) {
    throw new ArgumentError(`The option poolSize must be a whole number from 1, not ${poolSize}.`);
  }
  const { name, connectionString, queryTimeout } = parsed(url);
  const lockTimeout = checkedDuration('lockTimeout', options.lockTimeout ?? DEFAULT_MS.lockTimeout);
  const ownTime = checkedDuration('statementTimeout', options.statementTimeout ?? DEFAULT_MS.statementTimeout, 1);
  const pool = new PgPool({
    config: {
      connectionString,
      // The time-out of `pg` leaves the statement running on the server. The server's own is as long, and ends it.
      query_timeout: queryTimeout === undefined ? 0 : LONGEST_MS,
      keepAlive: true,
      application_name: 'eventsourcing',
    },
    size: Math.max(2, poolSize),
    connectTimeout: checkedDuration('connectTimeout', options.connectTimeout ?? DEFAULT_MS.connectTimeout, 1),
    queueTimeout: checkedDuration('queueTimeout', options.queueTimeout ?? DEFAULT_MS.queueTimeout),
    closeTimeout: checkedDuration('closeTimeout', options.closeTimeout ?? DEFAULT_MS.closeTimeout),
    lockTimeout,
    statementTimeout: Math.min(lockTimeout + ownTime, queryTimeout ?? LONGEST_MS),
  });
  const names = new StatementNames();

  const queryOn =
    (connection: PgConnection): PostgresQuery =>
    (text, values = []) =>
      connection.query(names.of(text), text, values);
  const queryIn =
    (lane: Lane): PostgresQuery =>
    (text, values = []) =>
      pool.use(lane, (connection) => connection.query(names.of(text), text, values), isSound);

  return {
    name,
    query: queryIn('read'),
    write: queryIn('write'),
    transaction: (work) =>
      pool.use(
        'write',
        async (connection) => {
          const query = queryOn(connection);
          await query('BEGIN');
          try {
            const result = await work(query);
            await query('COMMIT');
            return result;
          } catch (error) {
            if (error instanceof DatabaseError) await query('ROLLBACK');
            throw error;
          }
        },
        isSound,
      ),
    async connectAside() {
      const connection = await pool.connectAside();
      return {
        query: queryOn(connection),
        onNotification: (listener) => connection.onNotification(listener),
        ended: connection.ended,
        end: () => connection.end(),
      };
    },
    sqlState,
    close: () => pool.close(),
  };
}

/** What the server has refused leaves the connection as good as before, unless it goes with it. */
function isSound(error: unknown): boolean {
  return error instanceof DatabaseError && !ENDS_CONNECTION.test(error.code ?? '');
}

function sqlState(error: unknown): string | undefined {
  if (error instanceof ConnectError) {
    const state = error.cause instanceof DatabaseError ? error.cause.code : undefined;
    return state === undefined || NOT_NOW.test(state) ? UNABLE_TO_CONNECT : state;
  }
  if (error instanceof DatabaseError) return error.code;
  if (error instanceof TurnError) return LOCK_NOT_AVAILABLE;
  if (error instanceof ClosedError) return error.wasSent ? CONNECTION_LOST : NOT_CONNECTED;
  if (error instanceof SilenceError || error instanceof LostError) return CONNECTION_LOST;
  if (!(error instanceof Error)) return undefined;
  const isOfSocket =
    'syscall' in error || /^Connection terminated|not queryable|connection is closed/i.test(error.message);
  return isOfSocket ? CONNECTION_LOST : undefined;
}

interface ParsedUrl {
  readonly name: string;
  readonly connectionString: string;
  /** In milliseconds, if there is one. */
  readonly queryTimeout: number | undefined;
}

function parsed(url: string): ParsedUrl {
  const parts = /^postgres(ql)?:\/\//.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  if (parts === undefined) {
    // The text itself stays out of the message: it may hold a password.
    throw new ArgumentError('A store on PostgreSQL needs a URL like postgres://user:password@host:5432/database.');
  }
  const name = `The PostgreSQL database ${parts.host}${parts.pathname}`;
  const given = parts.searchParams.get('query_timeout');
  if (given === null) return { name, connectionString: url, queryTimeout: defaults.query_timeout || undefined };
  parts.searchParams.delete('query_timeout');
  const queryTimeout = checkedDuration('query_timeout of the URL', Number(given)) || undefined;
  return { name, connectionString: parts.href, queryTimeout };
}
