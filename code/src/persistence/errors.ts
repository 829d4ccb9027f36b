import { EventSourcingError } from '../domain/errors.ts';

/**
 * Somebody else has stored the same version of the aggregate first (`ES_VERSION_CONFLICT`). Nothing was stored. Get
 * the aggregate again and decide again, or let `Application.update` do both.
 */
export class VersionConflictError extends EventSourcingError {
  override get name(): string {
    return 'VersionConflictError';
  }
  readonly aggregateId: string;
  /** The version that could not be stored. */
  readonly version: number;
  /** The version that the aggregate should have had in the store for that. */
  readonly expectedVersion: number;
  /** The version that it has there. */
  readonly foundVersion: number;
  constructor(aggregateId: string, version: number, foundVersion: number, options?: ErrorOptions) {
    super(
      'ES_VERSION_CONFLICT',
      `Version ${version} of the aggregate ${aggregateId} cannot be stored: its last stored version is ${foundVersion}, ` +
        `and was expected to be ${version - 1}. Get the aggregate again and repeat the command, or use update(…).`,
      options,
    );
    this.aggregateId = aggregateId;
    this.version = version;
    this.expectedVersion = version - 1;
    this.foundVersion = foundVersion;
  }
}

/** Stored bytes are not what a mapper has written (`ES_STATE_DAMAGED`). */
export class StateDamagedError extends EventSourcingError {
  override get name(): string {
    return 'StateDamagedError';
  }
  readonly aggregateId: string | undefined;
  readonly version: number | undefined;
  constructor(message: string, options?: ErrorOptions & { aggregateId?: string; version?: number }) {
    super('ES_STATE_DAMAGED', message, options);
    this.aggregateId = options?.aggregateId;
    this.version = options?.version;
  }
}
