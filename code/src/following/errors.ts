import { EventSourcingError } from '../domain/errors.ts';
import type { LogItem } from '../persistence/forgotten.ts';

/**
 * A follower couldn't process an event (`ES_PROCESSING`): its policy threw, or what followed from the event couldn't be stored;
 * the `cause` says which. Nothing of it was stored, and the follower's position is still before the event. Whoever saved the
 * event isn't concerned.
 */
export class ProcessingError extends EventSourcingError {
  /** @internal */ static override readonly named = 'ProcessingError';
  /** The name of the follower. */
  readonly follower: string;
  /** The name of the log that it follows. */
  readonly log: string;
  /** The id of the notification there. */
  readonly position: number;
  /** The full type of the event. */
  readonly type: string;
  readonly aggregateId: string;
  /** The version of its aggregate. */
  readonly version: number;

  constructor(
    follower: string,
    log: string,
    item: Pick<LogItem, 'id' | 'type' | 'aggregateId' | 'version'>,
    cause: unknown,
  ) {
    const { id, type, aggregateId, version } = item;
    const said = cause instanceof Error ? cause.message : String(cause);
    const reason = /[.!?…]$/.test(said) ? said : `${said}.`;
    super(
      'ES_PROCESSING',
      `${follower} can't process notification ${id} of ${log} (${type}, version ${version} of ${aggregateId}): ${reason} ` +
        'Nothing of it was stored; it comes first when the follower goes on.',
      { cause },
    );
    this.follower = follower;
    this.log = log;
    this.position = id;
    this.type = type;
    this.aggregateId = aggregateId;
    this.version = version;
  }
}

/** A follower wasn't where it was waited for, in the time that there was (`ES_TIMEOUT`). */
export class WaitTimeoutError extends EventSourcingError {
  /** @internal */ static override readonly named = 'WaitTimeoutError';
  /** The name of the follower. */
  readonly follower: string;
  /** The name of the log that it follows. */
  readonly log: string;
  /** The position that was waited for. */
  readonly position: number;
  /** Where the follower was at the end. */
  readonly foundPosition: number;
  constructor(follower: string, log: string, position: number, foundPosition: number, milliseconds: number) {
    super(
      'ES_TIMEOUT',
      `${follower} hasn't come to position ${position} of ${log} within ${milliseconds} ms: it's at ${foundPosition}. Is a ` +
        'runner started that has it follow, and has an event failed? See its errors.',
    );
    this.follower = follower;
    this.log = log;
    this.position = position;
    this.foundPosition = foundPosition;
  }
}
