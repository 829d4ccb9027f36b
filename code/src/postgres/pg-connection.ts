import { createHash } from 'node:crypto';
import { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';
import type { Row } from '../sql/rows.ts';
import type { PostgresValue } from './driver.ts';
import { patiently } from './patience.ts';

/**
 * A request is on its way for a while after it has left this process. Nobody is called dead before there was time for it
 * at this rate, in bytes for each millisecond, which is that of a slow line.
 */
const SLOW_RATE = 100;
/** More than any system keeps on its way. */
const MOST_ON_THE_WAY = 16 * 1024 * 1024;

/** How long a goodbye may take, which a silent server does not answer. */
const GOODBYE_MS = 1_000;

/** A connection could not be made; its cause says why. */
export class ConnectError extends Error {}

/** The server answers neither here nor on a new connection. */
export class SilenceError extends Error {}

/** The server answers others, but not here any more. */
export class LostError extends Error {}

/** The connection was ended from here. */
export class ClosedError extends Error {
  /** Whether a statement had been sent, of which nobody knows what became. */
  readonly wasSent: boolean;
  constructor(message: string, { wasSent }: { readonly wasSent: boolean }) {
    super(message);
    this.wasSent = wasSent;
  }
}

/** What a look at the server, on a connection of its own, has shown of a connection that is silent. */
export type Seen = 'at work' | 'idle' | 'unknown' | 'unreachable';

export interface ConnectionOptions {
  /** Of `pg`. */
  readonly config: ClientConfig;
  /** For how many milliseconds to try to connect. */
  readonly connectTimeout: number;
  /** After how many milliseconds without a sign of the server to look what it does. */
  readonly quiet: number;
  /** For how many milliseconds a statement can be without an answer, also if the server seems to be at it. */
  readonly longest: number;
  /** Looks what the server does for a connection. */
  readonly look: (connection: PgConnection) => Promise<Seen>;
}

/** The names of statements, made of their texts: they mean the same on all connections, also on those of others. */
export class StatementNames {
  readonly #names = new Map<string, string>();

  of(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const name = `es_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
    this.#names.set(text, name);
    return name;
  }
}

/** One connection to the server, which notices when nobody answers any more. */
export class PgConnection {
  /** Resolves when nothing is left of it. */
  readonly ended: Promise<void>;
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  #state: 'connecting' | 'connected' | 'ended' = 'connecting';
  #processId: number | undefined;
  #lost: Error | undefined;

  constructor(options: ConnectionOptions) {
    const socket = new Socket();
    this.#options = options;
    this.#socket = socket;
    this.#client = new Client({ ...options.config, stream: () => socket });
    // Whoever is using the connection is told by the query.
    this.#client.on('error', () => this.destroy());
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        this.#state = 'ended';
        resolve();
      });
    });
  }

  get state(): 'connecting' | 'connected' | 'ended' {
    return this.#state;
  }

  /** The server's number for this connection, unless something in between hides it. */
  get processId(): number | undefined {
    return this.#processId;
  }

  /**
   * Connects, and runs a first statement, whose first column is the number of the connection.
   *
   * @throws {ConnectError} if both are not done in time.
   */
  async connect(text: string): Promise<readonly Row[]> {
    const { connectTimeout } = this.#options;
    const stop = patiently(connectTimeout, () =>
      this.lose(new Error(`no connection came to be within connectTimeout, ${connectTimeout} ms`)),
    );
    try {
      await this.#client.connect();
      const { rows } = await this.#client.query<unknown[]>({ text, rowMode: 'array' });
      const processId = rows[0]?.[0];
      // A pooler in between gives a number of its own.
      const isDirect = typeof processId === 'number' && processId === Reflect.get(this.#client, 'processID');
      if (isDirect) this.#processId = processId;
      if (this.#state === 'connecting') this.#state = 'connected';
      return rows;
    } catch (error) {
      const cause = this.#lost ?? error;
      this.destroy();
      if (cause instanceof ClosedError) throw cause;
      throw new ConnectError(cause instanceof Error ? cause.message : String(cause), { cause });
    } finally {
      stop();
    }
  }

  /** @throws {SilenceError | LostError} if nobody seems to be working on it. */
  async query(name: string, text: string, values: readonly PostgresValue[]): Promise<readonly Row[]> {
    const stop = this.#listen();
    try {
      const parameters = values.map(toParameter);
      return (await this.#client.query<unknown[]>({ name, text, values: parameters, rowMode: 'array' })).rows;
    } catch (error) {
      throw this.#lost ?? error;
    } finally {
      stop();
    }
  }

  /** Calls back with what is notified on channels that it listens to. */
  onNotification(listener: (channel: string, payload: string) => void): void {
    this.#client.on('notification', ({ channel, payload }) => listener(channel, payload ?? ''));
  }

  /** Calls back when nothing has passed for so many milliseconds; or never, with 0. It is no timer that keeps a process. */
  onIdle(milliseconds: number, callback: () => void): void {
    this.#socket.removeAllListeners('timeout').setTimeout(milliseconds);
    if (milliseconds > 0) this.#socket.once('timeout', callback);
  }

  /** Says goodbye to the server. */
  end(): void {
    this.#state = 'ended';
    const timer = setTimeout(() => this.destroy(), GOODBYE_MS);
    void this.ended.then(() => clearTimeout(timer));
    // What comes of it is told by the socket.
    void this.#client.end();
  }

  /** Ends the connection at once; whoever is using it is given the error. */
  lose(error: Error): void {
    this.#lost ??= error;
    this.destroy();
  }

  destroy(): void {
    this.#state = 'ended';
    this.#socket.destroy();
  }

  /** Watches over a statement, until it is stopped. */
  #listen(): () => void {
    const { quiet, longest, look } = this.#options;
    const [begin, sent] = [performance.now(), this.#sent()];
    let isOver = false;
    let stop = () => {};
    const judge = async (before: number) => {
      const seen = this.#progress() === before ? await look(this) : 'at work';
      if (isOver) return;
      const elapsed = performance.now() - begin;
      const onTheWay = Math.min(this.#sent() - sent, MOST_ON_THE_WAY) / SLOW_RATE;
      if (this.#progress() !== before) wait();
      else if (seen === 'unreachable') {
        this.lose(new SilenceError('the server has fallen silent, and does not answer on a new connection either'));
      } else if ((seen === 'idle' && elapsed > quiet + onTheWay) || elapsed > longest) {
        this.lose(new LostError(`the server has sent no answer in ${Math.round(elapsed)} ms`));
      } else wait();
    };
    const wait = () => {
      const before = this.#progress();
      stop = patiently(quiet, () => void judge(before));
    };
    wait();
    return () => {
      isOver = true;
      stop();
    };
  }

  /** Grows with each byte that arrives, and with each that gets away. */
  #progress(): number {
    return this.#socket.bytesRead + this.#sent();
  }

  #sent(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }
}

function toParameter(value: PostgresValue): unknown {
  return Array.isArray(value) ? value.map(toBuffer) : toBuffer(value);
}

/** `pg` takes bytes for bytes everywhere, also in an array, if they are a Buffer. */
function toBuffer(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}
