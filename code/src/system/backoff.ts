import { ArgumentError } from '../index.ts';

/** The longest that timers can be set to. */
const LONGEST_MS = 2 ** 31 - 1;

/** How long to wait before something that has failed is tried again. Each time in a row it's twice as long. */
export interface BackoffOptions {
  /** Milliseconds before the first time; 100 unless given. */
  readonly least?: number | undefined;
  /** Milliseconds at most; 30,000 unless given. */
  readonly most?: number | undefined;
}

/** Waits longer each time. */
export class Backoff {
  readonly #least: number;
  readonly #most: number;
  #next: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @throws {ArgumentError} if the times are not whole numbers from 1, or the least is more than the most. */
  constructor({ least = 100, most = 30_000 }: BackoffOptions) {
    for (const milliseconds of [least, most]) {
      if (!Number.isSafeInteger(milliseconds) || milliseconds < 1 || milliseconds > LONGEST_MS) {
        throw new ArgumentError(`A back-off takes whole milliseconds from 1 to ${LONGEST_MS}, not ${milliseconds}.`);
      }
    }
    if (least > most) throw new ArgumentError(`A back-off of at least ${least} ms can't be at most ${most} ms.`);
    this.#least = least;
    this.#most = most;
    this.#next = least;
  }

  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  /** @param onEnd is called when the time is over, and not if the waiting is ended before. */
  begin(onEnd: () => void): void {
    this.end();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      onEnd();
    }, this.#next);
    this.#next = Math.min(this.#next * 2, this.#most);
  }

  /** Waits no longer. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Begins again with the shortest time. */
  reset(): void {
    this.end();
    this.#next = this.#least;
  }
}
