import { type StoredEvent, type StoredNotification, StoreError } from '../index.ts';

/** One row of a result, in the order of the columns asked for. */
export type Row = readonly unknown[];

/** What is stored of an event. */
export const EVENT_COLUMNS = 'aggregate_id, version, topic, state';

/** What `toStoredEvent` reads, in its order. */
export const VERSION_COLUMNS = 'version, topic, state';

/** Reads a row of {@link VERSION_COLUMNS}, which are those of an aggregate that is known. */
export function toStoredEvent(aggregateId: string, row: Row): StoredEvent {
  return { aggregateId, version: toInteger(row[0]), topic: toText(row[1]), state: toBytes(row[2]) };
}

/** Reads a row of `position` and then {@link EVENT_COLUMNS}. */
export function toStoredNotification(row: Row): StoredNotification {
  return {
    id: toInteger(row[0]),
    aggregateId: toText(row[1]),
    version: toInteger(row[2]),
    topic: toText(row[3]),
    state: toBytes(row[4]),
  };
}

/** Drivers give 64-bit integers as numbers, as bigints or as text. */
export function toInteger(value: unknown): number {
  const number = typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw unexpected('a whole number', value);
}

export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw unexpected('text', value);
}

export function toBytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw unexpected('bytes', value);
  // Not as one of its subclasses: what pg reads is a Buffer, which behaves otherwise.
  return Object.getPrototypeOf(value) === Uint8Array.prototype
    ? value
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

function unexpected(expected: string, value: unknown): StoreError {
  return new StoreError(
    'ES_STORE_SCHEMA',
    `The database answered with ${typeof value} where ${expected} should be: the table was not made by this library.`,
  );
}
