import type { DomainEvent, Payload } from '../domain-event.ts';
import type { Snapshot } from '../snapshot.ts';
import { frozenCopy, setOwn } from './copy.ts';
import { changes, isLock } from './freeze.ts';
import { DEEPEST, type Transcodings } from './walk.ts';

/**
 * An event that the library has made, with nothing in it that a holder of another one could change: the event itself,
 * unless it has bytes or objects of classes in it, which JavaScript cannot freeze.
 *
 * What the library keeps (pending events, histories, caches) is never given out, and what it is given is never kept,
 * except as such a copy.
 */
export function ownEvent<E extends DomainEvent>(event: E, transcodings: Transcodings): E {
  const { payload, metadata } = event;
  return isFixedWithin(payload) && (metadata === undefined || isFixedWithin(metadata))
    ? event
    : copiedEvent(event, transcodings);
}

/** The same for an event that somebody else has made, of which nothing is known. */
export function adoptedEvent<E extends DomainEvent>(event: E, transcodings: Transcodings): E {
  const { payload, metadata } = event;
  const isFrozen = Object.isFrozen(event) && isFixed(payload) && isFixed(metadata);
  return isFrozen ? event : copiedEvent(event, transcodings);
}

/** The same for a snapshot that the library has made. */
export function ownSnapshot(snapshot: Snapshot, transcodings: Transcodings): Snapshot {
  const created = ownEvent(snapshot.created, transcodings);
  const state = ownFields(snapshot.state, `The snapshot of ${snapshot.topic}`, transcodings);
  if (created === snapshot.created && state === snapshot.state) return snapshot;
  return Object.freeze({ ...snapshot, created, state });
}

/** The same for fields that are frozen, as those of a payload are. */
export function ownFields(fields: Payload, subject: string, transcodings: Transcodings): Payload {
  return isFixedWithin(fields) ? fields : copiedFields(fields, subject, transcodings);
}

function copiedEvent<E extends DomainEvent>(event: E, transcodings: Transcodings): E {
  const { type, metadata } = event;
  return Object.freeze({
    ...event,
    payload: copiedFields(event.payload, `The event ${type}`, transcodings),
    ...(metadata && { metadata: copiedFields(metadata, `The metadata of ${type}`, transcodings) }),
  });
}

function copiedFields(fields: Payload, subject: string, transcodings: Transcodings): Payload {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    setOwn(copy, name, isFixed(value) ? value : frozenCopy(value, subject, transcodings, name));
  }
  return Object.freeze(copy);
}

/** Of frozen fields. Most hold no objects at all, and this is asked for each event that is given out. */
function isFixedWithin(fields: Payload): boolean {
  for (const name in fields) {
    const value = fields[name];
    if (typeof value === 'object' && value !== null && !isFixed(value)) return false;
  }
  return true;
}

/** Whether nobody can change a value, nor anything in it. */
function isFixed(value: unknown, depth = 0): boolean {
  // Undefined where an optional field is; functions and symbols are for the copy to refuse, and so is what is too deep.
  if (typeof value !== 'object') return typeof value !== 'function' && typeof value !== 'symbol';
  if (value === null) return true;
  if (!Object.isFrozen(value) || depth > DEEPEST) return false;
  const parts = partsOf(value);
  if (parts === undefined) return false;
  for (const part of parts) if (!isFixed(part, depth + 1)) return false;
  return true;
}

/** What is in a value, if that and the value's own properties cannot be exchanged. */
function partsOf(value: object): Iterable<unknown> | undefined {
  switch (Object.getPrototypeOf(value)) {
    case Object.prototype:
      return Object.values(value);
    case Array.prototype:
      return Array.isArray(value) ? value : undefined;
    case Date.prototype:
      return isLocked(value, changes.date) ? [] : undefined;
    case Map.prototype:
      return value instanceof Map && isLocked(value, changes.map) ? [...value.keys(), ...value.values()] : undefined;
    case Set.prototype:
      return value instanceof Set && isLocked(value, changes.set) ? value : undefined;
    default:
      return undefined;
  }
}

function isLocked(value: object, methods: readonly string[]): boolean {
  return methods.every((name) => isLock(value, name));
}
