import type { DomainEvent } from './domain-event.ts';
import { COPY, type Copy, foreignCopy, OWN } from './library-mark.ts';

/** Every code that an error of this library can carry. Codes never change once released; messages may. */
export type ErrorCode =
  | 'ES_EVENT_NAME'
  | 'ES_EVENT_PARAMETERS'
  | 'ES_EVENT_TARGET'
  | 'ES_EVENT_DUPLICATE'
  | 'ES_DECORATORS'
  | 'ES_TOPIC_MISSING'
  | 'ES_TOPIC_DUPLICATE'
  | 'ES_TOPIC_UNKNOWN'
  | 'ES_TRANSCODING'
  | 'ES_NOT_AN_AGGREGATE'
  | 'ES_NOT_RECORDED'
  | 'ES_NESTED_COMMAND'
  | 'ES_ASYNC_COMMAND'
  | 'ES_ARGUMENTS'
  | 'ES_EVOLVE'
  | 'ES_PAYLOAD'
  | 'ES_DISCARDED'
  | 'ES_AGGREGATE_BROKEN'
  | 'ES_REPLAY'
  | 'ES_UNRECORDED_CHANGE'
  | 'ES_ID_MISMATCH'
  | 'ES_VERSION_MISMATCH'
  | 'ES_VERSION_CONFLICT'
  | 'ES_POSITION_CONFLICT'
  | 'ES_AGGREGATE_NOT_FOUND'
  | 'ES_WRONG_AGGREGATE'
  | 'ES_STATE_DAMAGED'
  | 'ES_UPCASTS'
  | 'ES_UPCAST'
  | 'ES_NEWER_VERSION'
  | 'ES_EVENT_SCHEMA'
  | 'ES_SNAPSHOTS_OFF'
  | 'ES_SNAPSHOT'
  | 'ES_KEY_UNKNOWN'
  | 'ES_DECRYPTION'
  | 'ES_FORGOTTEN'
  | 'ES_STORE_BUSY'
  | 'ES_STORE_CLOSED'
  | 'ES_STORE_CONTRACT'
  | 'ES_STORE_FAILED'
  | 'ES_STORE_FULL'
  | 'ES_STORE_READ_ONLY'
  | 'ES_STORE_SCHEMA'
  | 'ES_STORE_UNAVAILABLE'
  | 'ES_ENVIRONMENT'
  | 'ES_HOOK'
  | 'ES_POLICY'
  | 'ES_PROCESSING'
  | 'ES_PROJECTION'
  | 'ES_ROW'
  | 'ES_VIEW_CONFLICT'
  | 'ES_GENERATION'
  | 'ES_COLUMNS'
  | 'ES_REBUILD'
  | 'ES_SYSTEM'
  | 'ES_TIMEOUT'
  | 'ES_EXPECTATION'
  | 'ES_INVALID_ARGUMENT';

/**
 * The one family of errors that this library throws. Tell errors apart by `code`, which is stable, or by class: an error of
 * another installed copy of the library is an instance of the class with the same name.
 *
 * @example
 * ```ts
 * import { EventSourcingError, event } from 'eventsourcing';
 *
 * try {
 *   event('not a name');
 * } catch (error) {
 *   if (error instanceof EventSourcingError) console.log(error.code); // ES_EVENT_NAME
 * }
 * ```
 */
export class EventSourcingError extends Error {
  /** @internal What errors of this class are called. Written out, because a minifier changes the names of classes. */
  static readonly named: string = 'EventSourcingError';
  /** Stable, and the same in every version. */
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
  /** That of the class. A getter leaves nothing on the instance. */
  override get name(): string {
    return Reflect.get(this.constructor, 'named');
  }
  /** @internal */
  get [COPY](): Copy {
    return OWN;
  }
  /** @internal */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: the class that is asked for, which may be one below this.
    return Reflect.apply(Function.prototype[Symbol.hasInstance], this, [value]) || isNamesake(this.prototype, value);
  }
}

/** Whether an error of another copy is of the class that has the same name there. */
function isNamesake(prototype: object, value: unknown): boolean {
  if (foreignCopy(value) === undefined) return false;
  const wanted = ownName(prototype);
  for (let link: unknown = value; wanted !== undefined && typeof link === 'object' && link !== null; ) {
    if (ownName(link) === wanted) return true;
    link = Object.getPrototypeOf(link);
  }
  return false;
}

/** The name that a class of errors writes out for its instances. */
function ownName(prototype: object): unknown {
  return Object.getOwnPropertyDescriptor(prototype.constructor, 'named')?.value;
}

/** A class, an event or an application is written in a way that cannot work. Thrown when it is defined or built. */
export class DefinitionError extends EventSourcingError {
  /** @internal */ static override readonly named = 'DefinitionError';
}

/** A recorded method was called in a way that cannot be recorded. Nothing was recorded. */
export class CommandError extends EventSourcingError {
  /** @internal */ static override readonly named = 'CommandError';
  /** The aggregate that refused, if it existed already. */
  readonly aggregateId: string | undefined;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions & { aggregateId?: string | undefined }) {
    super(code, message, options);
    this.aggregateId = options?.aggregateId;
  }
}

/** The `evolve` of a decider threw, or returned no state (`ES_EVOLVE`). Nothing was recorded, and no state has changed. */
export class EvolveError extends EventSourcingError {
  /** @internal */ static override readonly named = 'EvolveError';
  readonly aggregateId: string;
  /** The version of the event that it was given. */
  readonly version: number;
  /** The type of that event, for example `Dog.TrickAdded`. */
  readonly type: string;
  constructor(event: Pick<DomainEvent, 'aggregateId' | 'version' | 'type'>, reason: string, options?: ErrorOptions) {
    const { aggregateId, version, type } = event;
    super('ES_EVOLVE', `evolve of ${type} (version ${version} of ${aggregateId}) ${reason}.`, options);
    this.aggregateId = aggregateId;
    this.version = version;
    this.type = type;
  }
}

/**
 * The body of a recorded method threw when an event was applied that had been recorded before (`ES_REPLAY`). What it
 * threw is the `cause`. As long as it throws, the aggregate cannot be read.
 */
export class ReplayError extends EventSourcingError {
  /** @internal */ static override readonly named = 'ReplayError';
  readonly aggregateId: string;
  /** The version of the event. */
  readonly version: number;
  /** The type of the event, for example `Dog.TrickAdded`. */
  readonly type: string;
  constructor(event: Pick<DomainEvent, 'aggregateId' | 'version' | 'type'>, cause: unknown) {
    const { aggregateId, version, type } = event;
    super(
      'ES_REPLAY',
      `${type} (version ${version} of ${aggregateId}) can't be replayed: its body throws ${JSON.stringify(String(cause))}. ` +
        'It is too late to refuse an event that is recorded already. Put the rule in a method without @event, which ' +
        'checks it and then calls the recorded method.',
      { cause },
    );
    this.aggregateId = aggregateId;
    this.version = version;
    this.type = type;
  }
}

/** A value that an event cannot hold, because it would not come back from storage as it went in (`ES_PAYLOAD`). */
export class PayloadError extends EventSourcingError {
  /** @internal */ static override readonly named = 'PayloadError';
  /** Where in the payload the value is, for example `trick.tags[2]`. */
  readonly path: string;
  constructor(message: string, path: string) {
    super('ES_PAYLOAD', message);
    this.path = path;
  }
}

/** An event was applied to an aggregate that it does not follow (`ES_ID_MISMATCH` or `ES_VERSION_MISMATCH`). */
export class EventMismatchError extends EventSourcingError {
  /** @internal */ static override readonly named = 'EventMismatchError';
  /** The id or version that the event has. */
  readonly given: string | number;
  /** The id or version that the aggregate expected. */
  readonly expected: string | number;
  constructor(
    code: 'ES_ID_MISMATCH' | 'ES_VERSION_MISMATCH',
    message: string,
    given: string | number,
    expected: string | number,
  ) {
    super(code, message);
    this.given = given;
    this.expected = expected;
  }
}

/** The type of an event is none that is known where it was met (`ES_TOPIC_UNKNOWN`). */
export class TopicError extends EventSourcingError {
  /** @internal */ static override readonly named = 'TopicError';
  /** The unknown type, for example `Dog.TrickAdded`. */
  readonly topic: string;
  constructor(message: string, topic: string) {
    super('ES_TOPIC_UNKNOWN', message);
    this.topic = topic;
  }
}

/** An argument of a library function is outside of what it accepts (`ES_INVALID_ARGUMENT`). */
export class ArgumentError extends EventSourcingError {
  /** @internal */ static override readonly named = 'ArgumentError';
  constructor(message: string, options?: ErrorOptions) {
    super('ES_INVALID_ARGUMENT', message, options);
  }
}

/** A snapshot cannot be taken (`ES_SNAPSHOT`), or the application takes none (`ES_SNAPSHOTS_OFF`). Events are not affected. */
export class SnapshotError extends EventSourcingError {
  /** @internal */ static override readonly named = 'SnapshotError';
  readonly aggregateId: string;
  readonly version: number | undefined;
  constructor(
    code: 'ES_SNAPSHOT' | 'ES_SNAPSHOTS_OFF',
    message: string,
    options: ErrorOptions & { readonly aggregateId: string; readonly version?: number | undefined },
  ) {
    super(code, message, options);
    this.aggregateId = options.aggregateId;
    this.version = options.version;
  }
}
