import { type Follower, type Pipe, ProcessingError } from '../index.ts';
import { Backoff, type BackoffOptions } from './backoff.ts';

/** What went wrong in a pipe, since when, and when it's tried again. */
export interface Failure {
  /** The leader that is followed. */
  readonly leader: string;
  readonly follower: string;
  /** What was thrown: a `ProcessingError` if it's about an event, or else what the store said. */
  readonly error: Error;
  /** How often it was tried. */
  readonly attempts: number;
}

/** One leader of a station. */
interface Line {
  readonly pipe: Pipe;
  readonly backoff: Backoff;
  /** Whether there may be something new. */
  isPrompted: boolean;
  failure: Failure | undefined;
}

export interface StationOptions {
  readonly follower: Follower;
  readonly pipes: readonly Pipe[];
  readonly backoff: BackoffOptions;
  /** Gets to know of a failure, once for each event. */
  readonly onFailure: (failure: Failure) => void;
  /** Is called when something that has failed is to be tried again. */
  readonly onDue: () => void;
}

/** A follower and its pipes. It does one step at a time, so that what two leaders bring doesn't get into each other's way. */
export class Station {
  readonly follower: Follower;
  readonly #options: StationOptions;
  readonly #lines: readonly Line[];
  #isActive = true;

  constructor(options: StationOptions) {
    this.#options = options;
    this.follower = options.follower;
    this.#lines = options.pipes.map((pipe) => ({
      pipe,
      backoff: new Backoff(options.backoff),
      isPrompted: true,
      failure: undefined,
    }));
  }

  get pipes(): readonly Pipe[] {
    return this.#lines.map(({ pipe }) => pipe);
  }

  get failures(): readonly Failure[] {
    return this.#lines.flatMap(({ failure }) => failure ?? []);
  }

  /** Whether it has something to do that needn't wait. */
  get isPrompted(): boolean {
    return this.isActive && this.#lines.some(isReady);
  }

  /** Whether it's this process that follows, and no other. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Follows from now on, or no longer. Others may have gone on meanwhile. */
  set isActive(isActive: boolean) {
    this.#isActive = isActive;
    for (const line of this.#lines) {
      line.pipe.reset();
      line.isPrompted = true;
      line.failure = undefined;
      line.backoff.reset();
    }
  }

  /** Says that there may be something new in a log, or in all of them. */
  prompt(log?: string): void {
    for (const line of this.#lines) if (log === undefined || line.pipe.log.name === log) line.isPrompted = true;
  }

  /** Tries again at once what has failed. */
  retry(): void {
    for (const line of this.#lines) {
      line.backoff.end();
      line.isPrompted = true;
      // Somebody may have skipped the notification, here or in another process.
      line.pipe.reset();
    }
  }

  /** Does one step for each of its leaders that has something new. */
  async step(): Promise<void> {
    for (const line of this.#lines) if (this.#isActive && isReady(line)) await this.#stepOf(line);
  }

  stop(): void {
    for (const { backoff } of this.#lines) backoff.end();
  }

  async #stepOf(line: Line): Promise<void> {
    // Before the step, so that what comes up meanwhile isn't missed.
    line.isPrompted = false;
    try {
      const before = line.pipe.position;
      const hasMore = await line.pipe.step();
      if (hasMore) line.isPrompted = true;
      // A step may also have found out that it has to take smaller ones.
      if (line.failure !== undefined && (line.pipe.position > before || !hasMore)) this.#recovered(line);
    } catch (error) {
      this.#failed(line, error instanceof Error ? error : new Error(String(error)));
    }
  }

  #recovered(line: Line): void {
    line.failure = undefined;
    line.backoff.reset();
  }

  #failed(line: Line, error: Error): void {
    const { pipe, failure } = line;
    const isSame = failure !== undefined && sameFault(failure.error, error);
    const attempts = isSame ? failure.attempts + 1 : 1;
    line.failure = { leader: pipe.log.name, follower: this.follower.name, error, attempts };
    line.isPrompted = true;
    line.backoff.begin(() => this.#options.onDue());
    if (!isSame) this.#options.onFailure(line.failure);
  }
}

function isReady({ isPrompted, backoff }: Line): boolean {
  return isPrompted && !backoff.isWaiting;
}

/** Whether the same event fails again, or a store in the same way. */
function sameFault(before: Error, now: Error): boolean {
  if (before instanceof ProcessingError && now instanceof ProcessingError) return before.position === now.position;
  return before.name === now.name && before.message === now.message;
}
