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
    const reason = cause instanceof Error ? cause.message : String(cause);
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
