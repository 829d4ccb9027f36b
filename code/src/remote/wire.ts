import { type StoredNotification, StoreError } from '../index.ts';
import { fromBase64, toBase64 } from '../persistence/base64.ts';

/** A notification as JSON. What the event says is bytes in base64: encrypted, if it's stored so. */
export interface WireItem {
  readonly id: number;
  readonly aggregateId: string;
  readonly version: number;
  readonly topic: string;
  readonly state: string;
}

/** A part of a log as JSON. */
export interface WireSection {
  /** The name of the application. */
  readonly log: string;
  /** The greatest id in the log, or 0. */
  readonly lastId: number;
  readonly items: readonly WireItem[];
  /** Where to go on: a URL relative to this one, or null if the section wasn't full. */
  readonly next: string | null;
}

export function toWire({ id, aggregateId, version, topic, state }: StoredNotification): WireItem {
  return { id, aggregateId, version, topic, state: toBase64(state) };
}

/**
 * Reads what a server has sent, of which nothing is known.
 *
 * @throws {StoreError} if it's not a section (`ES_STORE_CONTRACT`).
 */
export function readSection(
  value: unknown,
  from: string,
): Omit<WireSection, 'items'> & { items: StoredNotification[] } {
  const wrong = (what: string) =>
    new StoreError(
      'ES_STORE_CONTRACT',
      `${from} answered with ${what}, so it doesn't serve a log, or not one of this version.`,
    );
  if (!isObject(value) || !Array.isArray(value.items)) throw wrong('no section of a log');
  const { log, lastId, next } = value;
  if (typeof log !== 'string' || !isId(lastId, 0)) throw wrong('a section without the name of its log or its last id');
  if (next !== null && typeof next !== 'string') throw wrong('a section without a link to the next one');
  let before = 0;
  const items = value.items.map((item: unknown): StoredNotification => {
    const read = itemOf(item);
    if (read === undefined) throw wrong('a notification that is none');
    if (read.id <= before) throw wrong('notifications that are out of order');
    before = read.id;
    return read;
  });
  return { log, lastId, items, next };
}

function itemOf(item: unknown): StoredNotification | undefined {
  if (!isObject(item)) return undefined;
  const { id, aggregateId, version, topic, state } = item;
  if (!isId(id, 1) || !isId(version, 0)) return undefined;
  if (typeof aggregateId !== 'string' || typeof topic !== 'string' || typeof state !== 'string') return undefined;
  try {
    return { id, aggregateId, version, topic, state: fromBase64(state) };
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isId(value: unknown, least: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
}
