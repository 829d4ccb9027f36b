import { createHash } from 'node:crypto';
import { DatabaseError, Pool, type PoolClient } from 'pg';
import { ArgumentError } from '../index.ts';
import type { PostgresDriver, PostgresQuery, PostgresValue } from './driver.ts';
import { checkedDuration } from './store.ts';

export interface PgOptions {
  /** How many connections at most; 10 unless given. */
  readonly poolSize?: number | undefined;
  /** How many milliseconds to wait for a connection; 5000 unless given. */
  readonly connectTimeout?: number | undefined;
}

const DEFAULT_POOL_SIZE = 10;
const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;

const UNABLE_TO_CONNECT = '08001';
const CONNECTION_LOST = '08006';
/** The server is starting, ending, or has too many clients: it is as if it could not be reached. */
const NOT_NOW = /^(57P0|53300)/;

/** A connection could not be made; its cause says why. */
class ConnectError extends Error {}

/** Connects with the package `pg`, by a pool of connections. None is made before the first use. */
export function openPg(url: string, options: PgOptions): PostgresDriver {
  const { poolSize = DEFAULT_POOL_SIZE, connectTimeout = DEFAULT_CONNECT_TIMEOUT_MS } = options;
  if (!Number.isSafeInteger(poolSize) || poolSize < 1) {
    throw new ArgumentError(`The option poolSize must be a whole number from 1, not ${poolSize}.`);
  }
  const name = nameOf(url);
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: checkedDuration('connectTimeout', connectTimeout),
    keepAlive: true,
    application_name: 'eventsourcing',
  });
  // A lost connection is no event of its own for us. The pool drops it, and whoever is using it is told by the query.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const statements = new Map<string, string>();

  async function connected<T>(work: (query: PostgresQuery) => Promise<T>): Promise<T> {
    const client = await connect(pool);
    let isSound = false;
    try {
      const result = await work((text, values = []) => queryOn(client, statements, text, values));
      isSound = true;
      return result;
    } catch (error) {
      // What the server has refused leaves the connection as good as before.
      isSound = error instanceof DatabaseError && !NOT_NOW.test(error.code ?? '');
      throw error;
    } finally {
      client.release(!isSound);
    }
  }

  return {
    name,
    query: (text, values) => connected((query) => query(text, values)),
    transaction: (work) =>
      connected(async (query) => {
        await query('BEGIN');
        try {
          const result = await work(query);
          await query('COMMIT');
          return result;
        } catch (error) {
          if (error instanceof DatabaseError) await query('ROLLBACK');
          throw error;
        }
      }),
    sqlState,
    close: () => pool.end(),
  };
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (cause) {
    throw new ConnectError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function queryOn(
  client: PoolClient,
  statements: Map<string, string>,
  text: string,
  values: readonly PostgresValue[],
): Promise<readonly (readonly unknown[])[]> {
  // Of the text, so that it means the same on all connections, also on those that somebody else keeps open.
  const name = statements.get(text) ?? `es_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  statements.set(text, name);
  const { rows } = await client.query<unknown[]>({ name, text, values: values.map(toParameter), rowMode: 'array' });
  return rows;
}

function toParameter(value: PostgresValue): unknown {
  return Array.isArray(value) ? value.map(toBuffer) : toBuffer(value);
}

/** `pg` takes bytes for bytes everywhere, also in an array, if they are a Buffer. */
function toBuffer(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

function sqlState(error: unknown): string | undefined {
  if (error instanceof ConnectError) {
    const state = error.cause instanceof DatabaseError ? error.cause.code : undefined;
    return state === undefined || NOT_NOW.test(state) ? UNABLE_TO_CONNECT : state;
  }
  if (error instanceof DatabaseError) return error.code;
  if (!(error instanceof Error)) return undefined;
  const isOfSocket =
    'syscall' in error || /^Connection terminated|not queryable|connection is closed/i.test(error.message);
  return isOfSocket ? CONNECTION_LOST : undefined;
}

function nameOf(url: string): string {
  const parsed = /^postgres(ql)?:\/\//.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) {
    // The text itself stays out of the message: it may hold a password.
    throw new ArgumentError('A store on PostgreSQL needs a URL like postgres://user:password@host:5432/database.');
  }
  return `The PostgreSQL database ${parsed.host}${parsed.pathname}`;
}
