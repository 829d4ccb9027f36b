import type { FollowedLog, Leader } from '../application/followed-log.ts';
import { DefinitionError } from '../domain/errors.ts';
import { PositionConflictError, ViewConflictError } from '../persistence/errors.ts';
import type { Notification } from '../persistence/event-store.ts';
import type { LogItem } from '../persistence/forgotten.ts';
import type { Parked, Tracking } from '../persistence/tracking.ts';
import type { ProcessingError } from './errors.ts';
import type { Follower } from './follower.ts';
import { Pipe } from './pipe.ts';
import type { Handler, Handlers } from './policy.ts';

/** How often a notification that was put aside is taken up again because somebody else was faster. */
const MOST_CONFLICTS = 10;

/** What followers differ in. */
export interface FollowingParts<C> {
  readonly name: string;
  readonly handlers: Handlers<C>;
  /** The id of the last notification that has been dealt with. */
  position(log: string): Promise<number>;
  parked(log: string): Promise<Parked[]>;
  /** Runs the handlers of these events, each of which has one, and stores in one transaction what follows. */
  work(
    log: FollowedLog,
    events: readonly Notification[],
    handlers: ReadonlyMap<string, Handler<C>>,
    tracking: Tracking,
  ): Promise<void>;
  /** Stores a position by itself. */
  store(tracking: Tracking): Promise<void>;
}

/**
 * The full types of the events in a log that have a handler.
 *
 * @param follower whose handlers they are.
 * @throws {DefinitionError} if there are none.
 */
export function typesOf(follower: string, handlers: Handlers<never>, log: FollowedLog): readonly string[] {
  const types = [...handlers.handlersOf(log.types).keys()];
  if (types.length > 0) return types;
  throw new DefinitionError(
    'ES_POLICY',
    `${follower} follows ${log.name} and handles none of its events: its policy is for ` +
      `${handlers.names.join(', ') || 'none'}, and ${log.name} has ${log.types.join(', ') || 'none'}.`,
  );
}

/** What is the same for all followers: which events they handle, and what becomes of one that can't be processed. */
export class Following<C> implements Follower {
  readonly #parts: FollowingParts<C>;
  readonly #handlers = new Map<string, ReadonlyMap<string, Handler<C>>>();

  constructor(parts: FollowingParts<C>) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.name;
  }

  typesIn(log: FollowedLog): readonly string[] {
    return typesOf(this.name, this.#parts.handlers, log);
  }

  async position(log: string): Promise<number> {
    return await this.#parts.position(log);
  }

  async parked(log: string): Promise<Parked[]> {
    return await this.#parts.parked(log);
  }

  /** Processes what is in the log and hasn't been processed yet. */
  async catchUp(leader: Leader): Promise<void> {
    const pipe = new Pipe(leader.notificationLog, this);
    while (await pipe.step()) {
      // There's more.
    }
  }

  /** Leaves out the notification that can't be processed. */
  async skip(failed: ProcessingError): Promise<void> {
    await this.#pass(failed, {});
  }

  /** Puts the notification that can't be processed aside. */
  async park(failed: ProcessingError): Promise<void> {
    const { cause } = failed;
    await this.#pass(failed, { parked: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause) });
  }

  /** Processes a notification that was put aside. */
  async takeUp(leader: Leader, position: number): Promise<void> {
    const log = leader.notificationLog;
    for (let attempt = 1; ; attempt++) {
      // Asked before reading, so that whatever is changed in between is noticed.
      const after = await this.position(log.name);
      const items = await log.read({ start: position, stop: position, limit: 1 });
      try {
        return await this.#process(log, items, { log: log.name, after, position, wasParked: true });
      } catch (error) {
        if (!(error instanceof ViewConflictError) || attempt === MOST_CONFLICTS) throw error;
      }
    }
  }

  async process(log: FollowedLog, items: readonly LogItem[], after: number, position: number): Promise<void> {
    await this.#process(log, items, { log: log.name, after, position });
  }

  async #pass({ log, position }: ProcessingError, how: Pick<Tracking, 'parked'>): Promise<void> {
    // The notifications in between, if there are any, are of types that aren't handled.
    const after = await this.position(log);
    if (after >= position) throw new PositionConflictError({ log, after: position - 1, position }, after);
    await this.#parts.store({ log, after, position, ...how });
  }

  async #process(log: FollowedLog, items: readonly LogItem[], tracking: Tracking): Promise<void> {
    const handlers = this.#handlersOf(log);
    const handled = items.filter((item): item is Notification => !item.forgotten && handlers.has(item.type));
    await this.#parts.work(log, handled, handlers, tracking);
  }

  #handlersOf(log: FollowedLog): ReadonlyMap<string, Handler<C>> {
    let handlers = this.#handlers.get(log.name);
    if (handlers === undefined) {
      handlers = this.#parts.handlers.handlersOf(log.types);
      this.#handlers.set(log.name, handlers);
    }
    return handlers;
  }
}
