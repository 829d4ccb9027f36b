import { type StoredEvent, VersionConflictError } from '../index.ts';
import * as assert from './assertion.ts';

/** An event for recorders, which do not care what it says. */
export function stored(aggregateId: string, version: number, text = 'state'): StoredEvent {
  return { aggregateId, version, topic: 'Tested.Stored', state: new TextEncoder().encode(text) };
}

type ConflictFields = 'aggregateId' | 'version' | 'expectedVersion' | 'foundVersion';

export function assertConflict(error: unknown, expected: Partial<Pick<VersionConflictError, ConflictFields>>): void {
  if (!(error instanceof VersionConflictError)) throw error;
  assert.equal(error.code, 'ES_VERSION_CONFLICT');
  const { aggregateId, version, expectedVersion, foundVersion } = error;
  const found = { aggregateId, version, expectedVersion, foundVersion };
  assert.deepEqual(found, { ...found, ...expected });
}
