import type { FollowedLog } from '../application/followed-log.ts';
import { PositionConflictError, VersionConflictError, ViewConflictError } from '../persistence/errors.ts';
import type { LogItem } from '../persistence/forgotten.ts';
import { ProcessingError } from './errors.ts';
import type { Follower } from './follower.ts';

/** How many notifications are processed in one transaction at most, unless it's said otherwise. */
export const BATCH_SIZE = 500;

/** How often the same events are tried at once after a version conflict. */
const MOST_CONFLICTS = 3;

/** From a log to a follower of it. One step at a time: whoever wants more steps takes care of that. */
export class Pipe {
  readonly log: FollowedLog;
  readonly follower: Follower;
  readonly #batchSize: number;
  readonly #types: readonly string[];
  /** Whether there are events that the follower doesn't handle, which it has to skip. */
  readonly #skips: boolean;
  #position: number | undefined;
  #limit: number;
  /** How often in a row somebody else was faster. */
  #conflicts = 0;

  /** @throws {DefinitionError} if the follower handles none of the log's events. */
  constructor(log: FollowedLog, follower: Follower, batchSize: number = BATCH_SIZE) {
    this.log = log;
    this.follower = follower;
    this.#types = follower.typesIn(log);
    this.#skips = this.#types.length < log.types.length;
    this.#batchSize = batchSize;
    this.#limit = batchSize;
  }

  /** The position that it knows of. Others may be ahead. */
  get position(): number {
    return this.#position ?? 0;
  }

  /** Forgets what it knows of the position, so that the next step asks the follower. */
  reset(): void {
    this.#position = undefined;
  }

  /**
   * Reads some notifications and has them processed.
   *
   * @returns whether there may be more.
   * @throws {ProcessingError} if the first of them couldn't be processed. Those before it are done.
   */
  async step(): Promise<boolean> {
    const before = this.#position ?? (await this.follower.position(this.log.name));
    this.#position = before;
    // Asked before reading, so that nothing that's stored in between counts as skipped.
    const end = this.#skips ? await this.log.lastId() : undefined;
    if (end !== undefined && end <= before) return false;
    const limit = this.#limit;
    const topics = this.#skips ? this.#types : undefined;
    const items = await this.log.read({ start: before + 1, stop: end, limit, topics });
    const isEnd = items.length < limit;
    const target = isEnd && end !== undefined ? end : (items.at(-1)?.id ?? before);
    if (target === before) return false;
    try {
      await this.follower.process(this.log, items, before, target);
    } catch (error) {
      this.#narrowDown(error, items);
      return true;
    }
    this.#position = target;
    this.#limit = Math.min(this.#batchSize, limit * 2);
    this.#conflicts = 0;
    return !isEnd;
  }

  /**
   * After an error: what to try next, so that the events before the one that fails are done, and only that one is left.
   *
   * @throws {ProcessingError} if that is the case.
   */
  #narrowDown(error: unknown, items: readonly LogItem[]): void {
    const [first, ...others] = items;
    if (error instanceof ViewConflictError || (error instanceof PositionConflictError && error.log === this.log.name)) {
      // What was read may be out of date as well: somebody may have been forgotten.
      this.#position = undefined;
    } else if (first === undefined) {
      throw error;
    } else if (error instanceof ProcessingError && error.position > first.id) {
      this.#limit = items.findIndex(({ id }) => id === error.position);
    } else if (error instanceof ProcessingError) {
      throw error;
    } else if (error instanceof VersionConflictError && this.#conflicts < MOST_CONFLICTS) {
      // Somebody else has saved one of the aggregates. The policy is to see what they are like now.
      this.#conflicts++;
    } else if (others.length > 0) {
      this.#limit = 1;
    } else {
      throw new ProcessingError(this.follower.name, this.log.name, first, error);
    }
  }
}
