import { EventSourcingError } from '../index.ts';

/** A runner can't do what it's asked for, or not in the state that it's in (`ES_SYSTEM`). */
export class SystemError extends EventSourcingError {
  /** @internal */ static override readonly named = 'SystemError';
  constructor(message: string, options?: ErrorOptions) {
    super('ES_SYSTEM', message, options);
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
