import { EventSourcingError } from '../domain/errors.ts';
import type { StateContext } from './cipher.ts';
import type { Tracking } from './tracking.ts';

/**
 * An event does not follow what the store has of its aggregate (`ES_VERSION_CONFLICT`), mostly since somebody else has
 * stored the same version first. Nothing was stored. Get the aggregate again and decide again, or let
 * `Application.update` do both.
 */
export class VersionConflictError extends EventSourcingError {
  /** @internal */ static override readonly named = 'VersionConflictError';
  readonly aggregateId: string;
  /** The version that could not be stored. */
  readonly version: number;
  /** The version that the aggregate should have had in the store for that. */
  readonly expectedVersion: number;
  /** The version that it has there; 0 if nothing of it is stored. */
  readonly foundVersion: number;
  /**
   * @param options.previousVersion the version of the event before it, of the same aggregate and in the same save, if
   * there is one.
   * @param options.isUnknown whether nothing of the aggregate is stored, although the event does not begin it.
   */
  constructor(
    aggregateId: string,
    version: number,
    foundVersion: number,
    options?: ErrorOptions & { readonly previousVersion?: number | undefined; readonly isUnknown?: boolean },
  ) {
    super('ES_VERSION_CONFLICT', conflict(aggregateId, version, foundVersion, options), options);
    this.aggregateId = aggregateId;
    this.version = version;
    this.expectedVersion = version - 1;
    this.foundVersion = foundVersion;
  }
}

function conflict(
  aggregateId: string,
  version: number,
  foundVersion: number,
  { previousVersion: previous, isUnknown = false }: { previousVersion?: number | undefined; isUnknown?: boolean } = {},
): string {
  const refused = `Version ${version} of the aggregate ${aggregateId} cannot be stored`;
  if (isUnknown) {
    return (
      `${refused}: nothing is stored of the aggregate, so its first events are missing. If they were taken with ` +
      'collectEvents(), store them too, before these or in the same save.'
    );
  }
  const found = `its last stored version is ${foundVersion}`;
  const gapAfter = (last: number) => `so that version ${last + 1} is missing`;
  // Then it is not what is stored that stands in the way.
  if (previous === undefined ? foundVersion === version - 1 : version <= previous) {
    return `${refused}: one save holds it twice, or in the wrong order. Two objects may stand for this aggregate.`;
  }
  if (previous !== undefined)
    return `${refused}: the version before it in the same save is ${previous}, ${gapAfter(previous)}.`;
  if (foundVersion < version) {
    return (
      `${refused}: ${found}, ${gapAfter(foundVersion)}. Its event was taken with collectEvents() and not stored, or version ` +
      'was written to. Get the aggregate again and repeat the command.'
    );
  }
  // With this version most aggregates begin, and deciding again does not help a new one whose id is taken.
  return version === 1
    ? `${refused}: ${found}, so the id is taken. Give a new aggregate another id; if it is not a new one, use update(…).`
    : `${refused}: ${found}, and was expected to be ${version - 1}. Get the aggregate again and repeat the command, or use update(…).`;
}

/**
 * A follower's stored position isn't the one that it started from (`ES_POSITION_CONFLICT`): another process has dealt with some
 * of the notifications. Nothing was stored, so nothing was done twice. Go on after the position that was found.
 */
export class PositionConflictError extends EventSourcingError {
  /** @internal */ static override readonly named = 'PositionConflictError';
  /** The log that is followed. */
  readonly log: string;
  /** The position that could not be stored. */
  readonly position: number;
  /** The position that is stored. */
  readonly foundPosition: number;

  constructor(tracking: Tracking, foundPosition: number, options?: ErrorOptions) {
    const { log, after, position, wasParked = false } = tracking;
    super(
      'ES_POSITION_CONFLICT',
      wasParked
        ? `Notification ${position} of ${log} isn't put aside, or not any more: somebody has dealt with it. Nothing was stored.`
        : `The follower started from position ${after} of ${log}, and its stored position is ${foundPosition}: another process ` +
            `has dealt with the notifications in between. Nothing was stored; go on with notification ${foundPosition + 1}.`,
      options,
    );
    this.log = log;
    this.position = position;
    this.foundPosition = foundPosition;
  }
}

/**
 * Somebody else has written rows of a projection while they were worked on (`ES_VIEW_CONFLICT`): another process that
 * follows, or one that has forgotten a subject. Nothing was stored. Read what the rows follow from again, and work it out again.
 */
export class ViewConflictError extends EventSourcingError {
  /** @internal */ static override readonly named = 'ViewConflictError';
  readonly projection: string;

  constructor(projection: string) {
    super(
      'ES_VIEW_CONFLICT',
      `Somebody else has written rows of the projection ${projection} meanwhile. Nothing was stored; do it again.`,
    );
    this.projection = projection;
  }
}

/**
 * The tables of a projection were dropped (`ES_GENERATION`), since it has been rebuilt and others took their place, or since
 * somebody else has begun the rebuild again.
 */
export class GenerationError extends EventSourcingError {
  /** @internal */ static override readonly named = 'GenerationError';
  readonly projection: string;
  /** Which tables. */
  readonly generation: number;

  constructor(projection: string, generation: number, options?: ErrorOptions) {
    super(
      'ES_GENERATION',
      `Generation ${generation} of the projection ${projection} isn't there any more: the projection has been rebuilt, or ` +
        'somebody else has begun to rebuild it again.',
      options,
    );
    this.projection = projection;
    this.generation = generation;
  }
}

/**
 * What is stored in another version cannot be brought to the version of today: it was stored by newer code
 * (`ES_NEWER_VERSION`), or one of its upcasts fails (`ES_UPCAST`).
 */
export class UpcastError extends EventSourcingError {
  /** @internal */ static override readonly named = 'UpcastError';
  readonly aggregateId: string;
  /** The version of the aggregate. */
  readonly version: number;
  readonly topic: string;
  /** The version in which the data was stored. */
  readonly storedVersion: number;
  /** The version that this code stores. */
  readonly currentVersion: number;
  constructor(
    code: 'ES_NEWER_VERSION' | 'ES_UPCAST',
    message: string,
    context: StateContext,
    versions: { readonly storedVersion: number; readonly currentVersion: number },
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    this.aggregateId = context.aggregateId;
    this.version = context.version;
    this.topic = context.topic;
    this.storedVersion = versions.storedVersion;
    this.currentVersion = versions.currentVersion;
  }
}

/** Stored bytes are not what a mapper has written (`ES_STATE_DAMAGED`). */
export class StateDamagedError extends EventSourcingError {
  /** @internal */ static override readonly named = 'StateDamagedError';
  readonly aggregateId: string | undefined;
  readonly version: number | undefined;
  constructor(message: string, options?: ErrorOptions & { aggregateId?: string; version?: number }) {
    super('ES_STATE_DAMAGED', message, options);
    this.aggregateId = options?.aggregateId;
    this.version = options?.version;
  }
}

/**
 * Stored bytes cannot be decrypted: their key is not at hand (`ES_KEY_UNKNOWN`), or the key does not open them, since it
 * is another one, or since the bytes were altered or moved (`ES_DECRYPTION`).
 */
export class CipherError extends EventSourcingError {
  /** @internal */ static override readonly named = 'CipherError';
  /** The id of the key that the bytes name; undefined if they are too damaged, or not encrypted at all. */
  readonly keyId: string | undefined;
  readonly aggregateId: string;
  readonly version: number;
  readonly topic: string;
  constructor(
    code: 'ES_KEY_UNKNOWN' | 'ES_DECRYPTION',
    message: string,
    context: StateContext,
    options?: ErrorOptions & { readonly keyId?: string },
  ) {
    super(code, message, options);
    this.keyId = options?.keyId;
    this.aggregateId = context.aggregateId;
    this.version = context.version;
    this.topic = context.topic;
  }
}

/**
 * The key of a subject was destroyed on purpose, and with it whatever was stored of it (`ES_FORGOTTEN`): it cannot be read
 * any more, and nothing new can be stored.
 */
export class ForgottenError extends EventSourcingError {
  /** @internal */ static override readonly named = 'ForgottenError';
  /** Whose key was destroyed. */
  readonly subject: string;
  /** The aggregate that was to be read or stored. */
  readonly aggregateId: string;
  readonly version: number;
  /**
   * Whether the subject was forgotten while a save was under way that had its key already. The save is in the log then,
   * also what it stored of others, and is not to be repeated; what it stored of the subject is lost.
   */
  readonly isStored: boolean;
  constructor(
    message: string,
    details: {
      readonly subject: string;
      readonly aggregateId: string;
      readonly version: number;
      readonly isStored?: boolean;
    },
  ) {
    super('ES_FORGOTTEN', message);
    this.subject = details.subject;
    this.aggregateId = details.aggregateId;
    this.version = details.version;
    this.isStored = details.isStored ?? false;
  }
}
