import { ForgottenError } from './errors.ts';
import type { Notification } from './event-store.ts';

/**
 * A stored event whose content is gone, because its subject was forgotten. It is still in the log, in its place, so that
 * whoever follows the log goes on. Look at `forgotten` before anything that the event said: to read its `payload`,
 * `timestamp` or `metadata` throws a `ForgottenError`.
 *
 * @example
 * ```ts
 * import { Application, type LogItem } from 'eventsourcing';
 *
 * function lineOf(item: LogItem): string {
 *   return item.forgotten ? `${item.type} of somebody forgotten` : `${item.type} at ${item.timestamp}`;
 * }
 *
 * const items = await new Application().notificationLog.select();
 * console.log(items.map(lineOf)); // []
 * ```
 */
export class ForgottenNotification {
  /** As in every notification: a whole number from 1. */
  readonly id: number;
  readonly aggregateId: string;
  readonly version: number;
  readonly type: string;
  readonly forgotten = true;
  /** Who was forgotten. */
  readonly subject: string;

  /** @internal */
  constructor(id: number, type: string, { aggregateId, version, subject }: ForgottenError) {
    this.id = id;
    this.aggregateId = aggregateId;
    this.version = version;
    this.type = type;
    this.subject = subject;
    Object.freeze(this);
  }

  /** @throws {ForgottenError} always. */
  get payload(): never {
    return this.#gone('payload');
  }

  /** @throws {ForgottenError} always. */
  get timestamp(): never {
    return this.#gone('timestamp');
  }

  /** @throws {ForgottenError} always. */
  get metadata(): never {
    return this.#gone('metadata');
  }

  #gone(what: string): never {
    throw new ForgottenError(
      `Notification ${this.id} (${this.type}, version ${this.version} of ${this.aggregateId}) has no ${what} any more: ` +
        `its subject ${this.subject} is forgotten. Look whether a notification is \`forgotten\` before you read it.`,
      this,
    );
  }
}

/** What is in the log: an event that has been stored, or one whose subject was forgotten since. */
export type LogItem = Notification | ForgottenNotification;
