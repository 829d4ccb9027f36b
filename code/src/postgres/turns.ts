/** A save, which may wait for other sessions while it has a connection; or a reader, which waits for nobody. */
export type Lane = 'read' | 'write';

interface Waiter {
  readonly since: number;
  begin(): void;
  refuse(error: Error): void;
}

/** It was not somebody's turn in time. */
export class TurnError extends Error {}

export interface TurnOptions {
  /** How many have their turn at a time. */
  readonly size: number;
  /** How many of them write at most. Fewer than the size, so that some turns are left to readers. */
  readonly writers: number;
  /** For how many milliseconds one waits. */
  readonly timeout: number;
}

/** Lets work begin in the order in which it came, so much of it at a time. */
export class Turns {
  readonly #options: TurnOptions;
  readonly #waiting: Readonly<Record<Lane, Line>> = { read: new Line(), write: new Line() };
  readonly #begun: Record<Lane, number> = { read: 0, write: 0 };
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  /**
   * Waits for a turn, which has to be given back.
   *
   * @throws {TurnError} if it takes too long.
   */
  async take(lane: Lane): Promise<void> {
    if (this.#waiting[lane].length === 0 && this.#isFree(lane)) {
      this.#begun[lane] += 1;
      return;
    }
    const { timeout } = this.#options;
    if (timeout === 0) throw this.#late(lane);
    await new Promise<void>((resolve, reject) => {
      this.#waiting[lane].push({ since: performance.now(), begin: resolve, refuse: reject });
      this.#timer ??= setTimeout(this.#refuseLate, timeout);
    });
  }

  giveBack(lane: Lane): void {
    this.#begun[lane] -= 1;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#begun[next] += 1;
      this.#waiting[next].shift()?.begin();
    }
    if (this.#waiting.read.length + this.#waiting.write.length === 0) this.#stopTimer();
  }

  /** Answers all who are waiting now. */
  refuse(error: () => Error): void {
    for (const line of Object.values(this.#waiting)) {
      for (let waiter = line.shift(); waiter !== undefined; waiter = line.shift()) waiter.refuse(error());
    }
    this.#stopTimer();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #isFree(lane: Lane): boolean {
    const { size, writers } = this.#options;
    return this.#begun.read + this.#begun.write < size && (lane === 'read' || this.#begun.write < writers);
  }

  /** Whose turn it is: of those for whom there is room, the one that came first. */
  #next(): Lane | undefined {
    const read = this.#isFree('read') ? this.#waiting.read.first : undefined;
    const write = this.#isFree('write') ? this.#waiting.write.first : undefined;
    if (read === undefined || write === undefined) return read ? 'read' : write && 'write';
    return read.since <= write.since ? 'read' : 'write';
  }

  /** All wait equally long, so that those who came first are the first to have waited for too long. */
  readonly #refuseLate = (): void => {
    const { timeout } = this.#options;
    const now = performance.now();
    let wait = Number.POSITIVE_INFINITY;
    for (const lane of ['read', 'write'] as const) {
      const line = this.#waiting[lane];
      for (let first = line.first; first !== undefined; first = line.first) {
        const left = first.since + timeout - now;
        if (left > 0) {
          wait = Math.min(wait, left);
          break;
        }
        line.shift();
        first.refuse(this.#late(lane));
      }
    }
    this.#timer = wait === Number.POSITIVE_INFINITY ? undefined : setTimeout(this.#refuseLate, Math.ceil(wait));
  };

  #late(lane: Lane): TurnError {
    const { read, write } = this.#begun;
    const waiting = this.#waiting[lane].length;
    return new TurnError(
      `no connection of this process was free within queueTimeout, ${this.#options.timeout} ms: ` +
        `${write} are saving, ${read} are reading, and ${waiting} more wait to ${lane === 'read' ? 'read' : 'save'}`,
    );
  }
}

/** Who waits, first come first. Taking the first from an array moves all others, which is slow where many wait. */
class Line {
  #waiters: (Waiter | undefined)[] = [];
  #start = 0;

  get length(): number {
    return this.#waiters.length - this.#start;
  }

  get first(): Waiter | undefined {
    return this.#waiters[this.#start];
  }

  push(waiter: Waiter): void {
    this.#waiters.push(waiter);
  }

  shift(): Waiter | undefined {
    const waiter = this.first;
    if (waiter === undefined) return undefined;
    this.#waiters[this.#start] = undefined;
    this.#start += 1;
    if (2 * this.#start > this.#waiters.length) {
      this.#waiters = this.#waiters.slice(this.#start);
      this.#start = 0;
    }
    return waiter;
  }
}
