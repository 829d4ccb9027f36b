import type { Coordinator, Lease } from '../index.ts';
import type { PostgresConnection } from './driver.ts';

/** The first key of our advisory locks for leases: the letters of "evle". */
const LEASE_LOCK = 0x65_76_6c_65;

/** On which hints are given, with the schema and the name of the log. */
const CHANNEL = 'eventsourcing_hints';

/** How often a sign of life is asked for, in milliseconds. */
const HEARTBEAT_MS = 2_000;

/** How long to wait before another connection is made. */
const PAUSE_MS = 500;

/**
 * That the server gives up a client whose machine is gone after some ten seconds, and not after two hours. One whose process
 * alone is gone it notices at once.
 */
const KEEPALIVES = `SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '2', false),
  set_config('tcp_keepalives_count', '3', false)`;

interface HeldLease extends Lease {
  readonly losing: AbortController;
}

/** Leases are advisory locks of a session, and hints are notifications. Both use one connection of their own. */
export class PostgresCoordinator implements Coordinator {
  readonly #connectAside: () => Promise<PostgresConnection>;
  readonly #schema: string;
  readonly #held = new Map<string, HeldLease>();
  readonly #listeners = new Set<(log?: string) => void>();
  /** The logs that are still to be hinted at. */
  readonly #hints = new Set<string>();
  #connection: Promise<PostgresConnection> | undefined;
  #current: PostgresConnection | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #isHinting = false;
  #isOpen = true;

  constructor(connectAside: () => Promise<PostgresConnection>, schema: string) {
    this.#connectAside = connectAside;
    this.#schema = schema;
  }

  async tryLease(name: string): Promise<Lease | undefined> {
    // A session gets a lock that it has once more.
    if (!this.#isOpen || this.#held.has(name)) return undefined;
    const connection = await this.#connect();
    const key = `${this.#schema}/${name}`;
    const [row] = await connection.query('SELECT pg_try_advisory_lock($1, hashtext($2))', [LEASE_LOCK, key]);
    if (row?.[0] !== true) return undefined;
    const losing = new AbortController();
    const lease: HeldLease = {
      losing,
      lost: losing.signal,
      release: async () => {
        if (this.#held.get(name) !== lease) return;
        this.#held.delete(name);
        await connection.query('SELECT pg_advisory_unlock($1, hashtext($2))', [LEASE_LOCK, key]);
        this.#endUnlessUsed();
      },
    };
    this.#held.set(name, lease);
    return lease;
  }

  hint(log: string): void {
    this.#hints.add(log);
    if (!this.#isHinting && this.#isOpen) void this.#sendHints();
  }

  listen(listener: (log?: string) => void): () => void {
    this.#listeners.add(listener);
    void this.#keepListening();
    return () => {
      this.#listeners.delete(listener);
      this.#endUnlessUsed();
    };
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#listeners.clear();
    clearInterval(this.#heartbeat);
    const connecting = this.#connection;
    if (connecting === undefined) return;
    const connection = await connecting.catch(() => undefined);
    connection?.end();
    await connection?.ended;
  }

  /** One that there is, or a new one. */
  #connect(): Promise<PostgresConnection> {
    this.#connection ??= this.#open().catch((error) => {
      this.#connection = undefined;
      throw error;
    });
    return this.#connection;
  }

  async #open(): Promise<PostgresConnection> {
    const connection = await this.#connectAside();
    this.#current = connection;
    void connection.ended.then(() => this.#ended(connection));
    connection.onNotification((channel, payload) => {
      const [schema, ...log] = payload.split('/');
      if (channel !== CHANNEL || schema !== this.#schema) return;
      for (const listener of this.#listeners) listener(log.join('/'));
    });
    try {
      await connection.query(KEEPALIVES);
      await connection.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      connection.end();
      throw error;
    }
    // What was told before, nobody has heard.
    for (const listener of this.#listeners) listener();
    // Also tells the server's silence, since a query without an answer ends the connection.
    this.#heartbeat = setInterval(() => connection.query('SELECT 1').catch(() => connection.end()), HEARTBEAT_MS);
    return connection;
  }

  /** The connection would keep the process, and a place on the server. */
  #endUnlessUsed(): void {
    if (this.#listeners.size > 0 || this.#held.size > 0 || this.#isHinting) return;
    clearInterval(this.#heartbeat);
    const connecting = this.#connection;
    this.#connection = undefined;
    this.#current = undefined;
    void connecting?.then(
      (connection) => connection.end(),
      () => undefined,
    );
  }

  #ended(connection: PostgresConnection): void {
    // There may be another one already.
    if (this.#current !== connection) return;
    this.#current = undefined;
    this.#connection = undefined;
    clearInterval(this.#heartbeat);
    for (const { losing } of this.#held.values()) losing.abort();
    this.#held.clear();
    void this.#keepListening();
  }

  /** For as long as somebody listens, there is a connection. What it's told meanwhile is lost, and found by looking. */
  async #keepListening(): Promise<void> {
    while (this.#isOpen && this.#listeners.size > 0) {
      try {
        await this.#connect();
        return;
      } catch {
        // The same is told to everybody who asks the store for something else.
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  async #sendHints(): Promise<void> {
    this.#isHinting = true;
    try {
      for (const log of this.#hints) {
        this.#hints.delete(log);
        const connection = await this.#connect();
        await connection.query('SELECT pg_notify($1, $2)', [CHANNEL, `${this.#schema}/${log}`]);
      }
    } catch {
      // It was a hint. Followers look by themselves.
      this.#hints.clear();
    } finally {
      this.#isHinting = false;
      this.#endUnlessUsed();
    }
  }
}
