import { type ErrorCode, EventSourcingError } from '../domain/errors.ts';

/** What an `EventSourcingError` of a store says went wrong. */
export type StoreErrorCode = Extract<ErrorCode, `ES_STORE_${string}`>;

/**
 * A database did not do what it was asked. The `cause` is the database's own error; the code says what to do:
 *
 * - `ES_STORE_BUSY`: others held the database, or this process had more to do than it could, for longer than a time-out.
 *   Nothing was stored, unless the message says that an earlier attempt is in doubt; try again.
 * - `ES_STORE_CLOSED`: the store was closed before. If events had been sent and were not answered in time, they may have
 *   been stored: the message says so.
 * - `ES_STORE_CONTRACT`: a recorder, of your own perhaps, did not answer as it has to. Events may have been stored.
 * - `ES_STORE_FAILED`: none of the others; the message is the database's.
 * - `ES_STORE_FULL`: there is no room for more. Nothing was stored.
 * - `ES_STORE_READ_ONLY`: the database does not take writes. Nothing was stored.
 * - `ES_STORE_SCHEMA`: tables are missing, or are those of another version of this library; the message says what to do.
 * - `ES_STORE_UNAVAILABLE`: the database cannot be reached. If that was noticed while events were being stored, they
 *   may have been stored: the message says so.
 */
export class StoreError extends EventSourcingError {
  /** @internal */ static override readonly named = 'StoreError';
  declare readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
