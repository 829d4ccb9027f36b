import { type ClientConfig, DatabaseError } from 'pg';
import { patiently } from './patience.ts';
import { ClosedError, ConnectError, PgConnection, type Seen, SilenceError } from './pg-connection.ts';
import { type Lane, Turns } from './turns.ts';

/** How long a connection that nobody uses is kept. */
const IDLE_MS = 10_000;

export interface PoolOptions {
  /** Of `pg`. */
  readonly config: ClientConfig;
  /** How many connections there are at most. Of fewer than two, readers and savers could not have one each. */
  readonly size: number;
  readonly connectTimeout: number;
  readonly queueTimeout: number;
  readonly closeTimeout: number;
  /** For how long the server waits for a lock. A shorter time-out of its own counts. */
  readonly lockTimeout: number;
  /** For how long the server works on a statement. A shorter time-out of its own counts. */
  readonly statementTimeout: number;
}

type Sight = ReadonlyMap<number, Seen> | 'unreachable' | 'unknown';

/**
 * Connections that are used by one after the other. Those who save can have half of them, so that readers never wait for
 * somebody who waits for a lock. None is made before it is needed.
 */
export class PgPool {
  readonly #options: PoolOptions;
  readonly #turns: Turns;
  /** All that have not ended, also those that are being made. */
  readonly #all = new Set<PgConnection>();
  /** Those that nobody uses. The one that was used last is the last. */
  readonly #idle = new Set<PgConnection>();
  #looking: Promise<Sight> | undefined;
  #isOpen = true;

  constructor(options: PoolOptions) {
    this.#options = options;
    const { size, queueTimeout } = options;
    this.#turns = new Turns({ size, writers: Math.floor(size / 2), timeout: queueTimeout });
  }

  /**
   * Runs what needs a connection.
   *
   * @param isSound whether an error leaves the connection as good as before.
   */
  async use<T>(
    lane: Lane,
    work: (connection: PgConnection) => Promise<T>,
    isSound: (error: unknown) => boolean,
  ): Promise<T> {
    this.#checkOpen();
    await this.#turns.take(lane);
    try {
      const connection = this.#takeIdle() ?? (await this.#connect());
      try {
        const result = await work(connection);
        this.#release(connection);
        return result;
      } catch (error) {
        if (isSound(error)) this.#release(connection);
        else connection.destroy();
        throw error;
      }
    } catch (error) {
      // What one has found out, the others need not find out one after the other.
      if (isUnreachable(error)) this.#turns.refuse(() => new ConnectError(error.message, { cause: error.cause }));
      throw error;
    } finally {
      this.#turns.giveBack(lane);
    }
  }

  /** Makes one that isn't handed from one to the other. */
  connectAside(): Promise<PgConnection> {
    return this.#connect();
  }

  /** Refuses whoever waits, lets what was sent come to its end, and ends all connections. */
  async close(): Promise<void> {
    const { closeTimeout } = this.#options;
    this.#isOpen = false;
    this.#turns.refuse(() => new ClosedError('it was not its turn yet', { wasSent: false }));
    for (const connection of this.#all) {
      if (connection.state === 'connecting')
        connection.lose(new ClosedError('it was not connected yet', { wasSent: false }));
    }
    for (const connection of this.#idle) this.#end(connection);
    const stop = patiently(closeTimeout, () => {
      for (const connection of this.#all) {
        if (connection.state === 'connected') {
          const reason = `there was no answer within closeTimeout, ${closeTimeout} ms`;
          connection.lose(new ClosedError(reason, { wasSent: true }));
        }
      }
    });
    for (const connection of this.#all) await connection.ended;
    stop();
  }

  async #connect(): Promise<PgConnection> {
    this.#checkOpen();
    const connection = this.#newConnection(this.#options.connectTimeout);
    await connection.connect(setUp(this.#options));
    return connection;
  }

  #newConnection(connectTimeout: number): PgConnection {
    const { config, statementTimeout, connectTimeout: silence } = this.#options;
    const connection = new PgConnection({
      config,
      connectTimeout,
      // Half of the time for waiting, and half for the look: a silent server is noticed within connectTimeout.
      quiet: silence / 2,
      longest: statementTimeout + silence,
      look: (silent) => this.#look(silent),
    });
    this.#all.add(connection);
    void connection.ended.then(() => {
      this.#all.delete(connection);
      this.#idle.delete(connection);
    });
    return connection;
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw new ClosedError('the connections have been closed', { wasSent: false });
  }

  #takeIdle(): PgConnection | undefined {
    // One that has just ended may be among them for a moment.
    const connection = [...this.#idle].findLast(({ state }) => state === 'connected');
    if (connection !== undefined) {
      this.#idle.delete(connection);
      connection.onIdle(0, () => undefined);
    }
    return connection;
  }

  #release(connection: PgConnection): void {
    if (connection.state !== 'connected') return;
    if (this.#isOpen) {
      this.#idle.add(connection);
      connection.onIdle(IDLE_MS, () => this.#end(connection));
    } else connection.end();
  }

  #end(connection: PgConnection): void {
    this.#idle.delete(connection);
    connection.end();
  }

  /** What the server does for a connection that is silent. One look is enough for all of them. */
  async #look(silent: PgConnection): Promise<Seen> {
    if (!this.#isOpen) return 'unknown';
    this.#looking ??= this.#lookAround().finally(() => {
      this.#looking = undefined;
    });
    const sight = await this.#looking;
    if (typeof sight === 'string') return sight;
    return silent.processId === undefined ? 'unknown' : (sight.get(silent.processId) ?? 'idle');
  }

  async #lookAround(): Promise<Sight> {
    const processIds = [...this.#all].flatMap(({ processId }) => processId ?? []);
    const connection = this.#newConnection(this.#options.connectTimeout / 2);
    try {
      const rows = await connection.connect(
        `SELECT pg_backend_pid(), pid, state FROM pg_stat_activity WHERE pid = ANY ('{${processIds}}')`,
      );
      connection.end();
      return new Map(rows.flatMap(([, pid, state]) => (typeof pid === 'number' ? [[pid, seenOf(state)]] : [])));
    } catch (error) {
      return isUnreachable(error) ? 'unreachable' : 'unknown';
    }
  }
}

function seenOf(state: unknown): Seen {
  if (state === 'active') return 'at work';
  return state === 'idle' || state === 'idle in transaction' ? 'idle' : 'unknown';
}

/** Whether the server did not answer at all: neither by a refusal, nor otherwise. */
function isUnreachable(error: unknown): error is SilenceError | ConnectError {
  return error instanceof SilenceError || (error instanceof ConnectError && !(error.cause instanceof DatabaseError));
}

/** Not part of how a connection begins, since poolers in between refuse what they do not know there. */
function setUp({ lockTimeout, statementTimeout }: PoolOptions): string {
  // To the server, 0 is without end.
  const atMost = (name: string, milliseconds: number) =>
    `CASE WHEN current_setting('${name}')::interval NOT BETWEEN '1 us' AND '${Math.max(1, milliseconds)} ms'
      THEN set_config('${name}', '${Math.max(1, milliseconds)}ms', false) END`;
  return `SELECT pg_backend_pid(), ${atMost('lock_timeout', lockTimeout)}, ${atMost('statement_timeout', statementTimeout)}`;
}
