import type { Payload } from '../domain-event.ts';
import { ArgumentError } from '../errors.ts';
import { Scope } from '../sources/scope.ts';
import { isoTimestamp } from '../sources/timestamp.ts';
import { frozenFields } from '../values/copy.ts';
import { validId } from '../values/id.ts';
import { described } from '../values/text.ts';
import { isPlainRecord } from '../values/walk.ts';

/** What `recordAs` can say about the events that are recorded within it. */
export interface RecordAsOptions {
  /** The id of the one aggregate that is created within. It takes precedence over the class's `createId`. */
  readonly id?: string;
  /** When the events happened: a `Date`, or a UTC time in ISO 8601, such as `2026-11-21T09:30:00Z`. */
  readonly timestamp?: Date | string;
  /** Data to keep with each event, for example who asked for it. Nested calls add to it. */
  readonly metadata?: Payload;
}

export interface RecordingContext {
  /** The id for the next new aggregate, until one has taken it. */
  id: string | undefined;
  readonly idGiven: boolean;
  readonly timestamp: string | undefined;
  readonly metadata: Payload | undefined;
}

export const recordingContext = new Scope<RecordingContext>();

/**
 * Runs a function, and records its events with a given id, time or metadata instead of the usual ones.
 *
 * @param action a synchronous function: whatever it records before it returns is recorded so.
 * @returns what the function returns.
 * @throws {ArgumentError} if an option is not valid, or the function returns a promise.
 * @example
 * ```ts
 * import { Aggregate, event, recordAs } from 'eventsourcing';
 *
 * @event('Dog.Registered', 'name')
 * class Dog extends Aggregate {
 *   constructor(readonly name: string) { super(); }
 * }
 *
 * const dog = recordAs({ id: 'dog-1', timestamp: '2026-11-21T09:30:00Z' }, () => new Dog('Fido'));
 * console.log(dog.id, dog.createdAt.getUTCFullYear()); // dog-1 2026
 * ```
 */
export function recordAs<R>(options: RecordAsOptions, action: () => R): R {
  const outer = recordingContext.current;
  const result = recordingContext.run(
    {
      id: options.id === undefined ? outer?.id : validId(options.id),
      idGiven: options.id !== undefined,
      timestamp: options.timestamp === undefined ? outer?.timestamp : isoTimestamp(options.timestamp),
      metadata: mergedMetadata(outer?.metadata, options.metadata),
    },
    action,
  );
  if (typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function') {
    throw new ArgumentError(
      'recordAs was given an asynchronous function, and holds only until its first await. ' +
        'Await what is needed first, and record in a synchronous function.',
    );
  }
  return result;
}

function mergedMetadata(outer: Payload | undefined, inner: Payload | undefined): Payload | undefined {
  if (inner === undefined) return outer;
  const own = checkedMetadata(inner, 'The metadata of an event');
  return outer === undefined ? own : Object.freeze({ ...outer, ...own });
}

/**
 * @param subject what the metadata is, for errors.
 * @throws {ArgumentError} unless it is an object of named fields.
 * @throws {PayloadError} if a field cannot be stored.
 */
export function checkedMetadata(metadata: unknown, subject: string): Payload {
  if (isPlainRecord(metadata)) return frozenFields(metadata, subject, new Map());
  throw new ArgumentError(
    `${subject} must be an object of named fields, such as { user: 'Ada' }, not ${described(metadata)}.`,
  );
}
