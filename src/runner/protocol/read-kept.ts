import { MAX_KEPT_BYTES, MAX_KEPT_DATABASES, MAX_KEPT_NAME } from '../limits.ts';
import type { Kept, KeptDatabase, RunEvent } from '../runner.ts';
import { isRecord, readList, readString } from './check.ts';

/** Readers for what a snippet keeps from run to run: on its way in, on its way out, and out of the browser's storage. */

/** Reads all that a snippet keeps. Nothing is left out: half of what belongs together is worse than none. */
export function readKept(value: unknown): Kept | undefined {
  if (!Array.isArray(value) || value.length > MAX_KEPT_DATABASES) return undefined;
  const databases = readList(value, MAX_KEPT_DATABASES, readDatabase);
  const size = databases?.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) ?? 0;
  return size > MAX_KEPT_BYTES ? undefined : databases;
}

export function readKeptEvent(value: unknown): Extract<RunEvent, { type: 'kept' }> | undefined {
  if (!isRecord(value) || value.type !== 'kept') return undefined;
  const database = readDatabase(value.database);
  return database && { type: 'kept', database };
}

function readDatabase(value: unknown): KeptDatabase | undefined {
  if (!isRecord(value)) return undefined;
  const name = readString(value.name, MAX_KEPT_NAME);
  const { bytes } = value;
  if (name === undefined || !(bytes instanceof ArrayBuffer) || bytes.byteLength > MAX_KEPT_BYTES) return undefined;
  return { name, bytes };
}
