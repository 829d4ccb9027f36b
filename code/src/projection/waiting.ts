import { ArgumentError, WaitTimeoutError } from '../index.ts';

/** How to wait. */
export interface WaitOptions {
  /** For how many milliseconds; 5000 unless given. */
  readonly timeout?: number | undefined;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_TIMEOUT_MS = 5_000;
/** The longest that timers can be set to. */
const LONGEST_MS = 2 ** 31 - 1;

/** How long to wait before the store is asked again: others may follow, and nobody tells of that. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;

/** Those who wait for a position. */
export class Waiting {
  readonly #name: string;
  readonly #position: (log: string) => Promise<number>;
  readonly #pausing = new Set<() => void>();

  constructor(name: string, position: (log: string) => Promise<number>) {
    this.#name = name;
    this.#position = position;
  }

  /** Ends the pauses of those who wait, since something has been processed here. */
  wake(): void {
    for (const end of this.#pausing) end();
  }

  async for(log: string, position: number, { timeout = DEFAULT_TIMEOUT_MS, signal }: WaitOptions): Promise<void> {
    if (!Number.isSafeInteger(position) || position < 0) {
      throw new ArgumentError(`A position to wait for must be a whole number from 0, not ${position}.`);
    }
    if (!Number.isSafeInteger(timeout) || timeout < 0 || timeout > LONGEST_MS) {
      throw new ArgumentError(
        `The option timeout must be a whole number of milliseconds from 0 to ${LONGEST_MS}, not ${timeout}.`,
      );
    }
    const deadline = Date.now() + timeout;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      signal?.throwIfAborted();
      const found = await this.#position(log);
      signal?.throwIfAborted();
      if (found >= position) return;
      const left = deadline - Date.now();
      if (left <= 0) throw new WaitTimeoutError(this.#name, log, position, found, timeout);
      await this.#pause(Math.min(pause, left), signal);
    }
  }

  async #pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        this.#pausing.delete(end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal?.addEventListener('abort', end, { once: true });
      this.#pausing.add(end);
    });
  }
}
