import { type StoredEvent, VersionConflictError } from '../index.ts';

/** What is stored of the aggregates of a transaction that was refused. */
export interface Stored {
  /** Whether this version of the aggregate is there. */
  has(aggregateId: string, version: number): boolean;
  /** The last version of the aggregate, or 0. */
  last(aggregateId: string): number;
}

/** The error for the first event whose version is stored already, or twice in the transaction; if there is one. */
export function conflictOf(events: readonly StoredEvent[], stored: Stored): VersionConflictError | undefined {
  const seen = new Map<string, Set<number>>();
  for (const { aggregateId, version } of events) {
    const versions = seen.get(aggregateId) ?? new Set();
    if (versions.has(version) || stored.has(aggregateId, version)) {
      return new VersionConflictError(aggregateId, version, stored.last(aggregateId));
    }
    seen.set(aggregateId, versions.add(version));
  }
  return undefined;
}
