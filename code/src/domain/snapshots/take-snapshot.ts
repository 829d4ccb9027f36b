import { type Definition, named } from '../definition/definition.ts';
import type { Payload } from '../domain-event.ts';
import { EventSourcingError, SnapshotError } from '../errors.ts';
import { type AggregateCore, recordingOf } from '../recording/aggregate-core.ts';
import { constructAgain } from '../recording/replay.ts';
import { fieldsOf, restore } from '../recording/restore.ts';
import type { Snapshot } from '../snapshot.ts';
import { deepEqual } from '../values/compare.ts';
import { frozenCopy, setOwn } from '../values/copy.ts';
import { hasPrivateState } from './private-state.ts';

/**
 * The present state of an aggregate, after it was made sure that the aggregate can be restored from it.
 *
 * @throws {SnapshotError} if it cannot, with the reason.
 */
export function takeSnapshot(aggregate: AggregateCore): Snapshot {
  const recording = recordingOf(aggregate);
  const { definition } = recording;
  const created = recording.base?.created ?? recording.history[0];
  const refuse = (reason: string, cause?: unknown) =>
    new SnapshotError('ES_SNAPSHOT', `A snapshot of ${definition.topic} ${aggregate.id} cannot be taken: ${reason}.`, {
      cause,
      aggregateId: aggregate.id,
      version: aggregate.version,
    });
  if (created === undefined) throw refuse('it has no first event');
  if (definition.snapshotFunctions === undefined && hasPrivateState(definition, created)) {
    throw refuse(needsFunctions(definition));
  }
  const fresh = constructAgain(definition, created);
  const snapshot: Snapshot = Object.freeze({
    topic: definition.topic,
    aggregateId: aggregate.id,
    version: aggregate.version,
    modifiedAt: recording.modifiedAt,
    created,
    fields: Object.freeze(fieldsOf(fresh)),
    state: stateOf(aggregate, fresh, definition, refuse),
  });
  let restored: AggregateCore | undefined;
  try {
    restored = restore(definition, snapshot);
  } catch (cause) {
    throw refuse('restoring it fails', cause);
  }
  if (restored !== undefined && isSame(restored, aggregate, definition)) return snapshot;
  throw refuse(
    `what would be restored from it differs. ${named(definition.type)} has fields that are more than data, or static ` +
      'snapshot functions that do not fit each other',
  );
}

/** Whether two objects hold the same data. Functions among their fields are each object's own. */
function isSame(a: AggregateCore, b: AggregateCore, { snapshotFunctions }: Definition): boolean {
  const data = (aggregate: AggregateCore) => [
    Object.entries(aggregate)
      .filter(([, value]) => typeof value !== 'function')
      .sort(byName),
    snapshotFunctions?.to(aggregate),
  ];
  return deepEqual(data(a), data(b));
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

type Refuse = (reason: string, cause?: unknown) => SnapshotError;

/** Why a class with members that nobody else can read has to help. */
export function needsFunctions(definition: Definition): string {
  return (
    `${named(definition.type)} has #private fields, which only the class itself can read. Add: static snapshot = { to: ` +
    '(aggregate) => data, from: (aggregate, data) => { … } }; or use TypeScript’s `private`'
  );
}

function stateOf(aggregate: AggregateCore, fresh: AggregateCore, definition: Definition, refuse: Refuse): Payload {
  const { snapshotFunctions } = definition;
  const values =
    snapshotFunctions === undefined ? ownFields(aggregate, fresh, refuse) : snapshotFunctions.to(aggregate);
  const shared = sharedPart(values);
  if (shared !== undefined) {
    throw refuse(
      `its state holds one object in two places (${shared}), which would be restored as two. Keep it in one place, and an ` +
        'id in the other',
    );
  }
  const state: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    try {
      const isKept = value === undefined;
      const copy = isKept
        ? value
        : frozenCopy(value, `A snapshot of ${definition.topic}`, definition.transcodings, name);
      setOwn(state, name, copy);
    } catch (cause) {
      throw refuse(
        cause instanceof EventSourcingError ? cause.message.replace(/\.$/, '') : 'a transcoding fails',
        cause,
      );
    }
  }
  return Object.freeze(state);
}

/** The fields that hold data. Functions that the constructor has made are made by it again. */
function ownFields(aggregate: AggregateCore, fresh: AggregateCore, refuse: Refuse): Payload {
  if (Object.getOwnPropertySymbols(aggregate).length > 0) throw refuse('it has a symbol as a key; use a string');
  const values: Record<string, unknown> = {};
  for (const name of fieldsOf(aggregate)) {
    const value: unknown = Reflect.get(aggregate, name);
    if (typeof value !== 'function' || typeof Reflect.get(fresh, name) !== 'function') values[name] = value;
  }
  return values;
}

/**
 * Where a part of the state is met for the second time, if one is. Only what could be changed in one place and be seen
 * in the other counts: arrays, plain objects, maps and sets.
 */
function sharedPart(state: object): string | undefined {
  const seen = new Set<object>();
  // Not by calls of itself: a state may be nested deeper than a stack is high.
  const rest = placesIn(Object.entries(state), undefined);
  for (let place = rest.pop(); place !== undefined; place = rest.pop()) {
    const { value } = place;
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) continue;
    const parts = partsOf(value);
    if (parts === undefined) continue;
    if (seen.has(value)) return pathOf(place);
    seen.add(value);
    for (const part of placesIn(parts, place)) rest.push(part);
  }
  return undefined;
}

interface Place {
  readonly value: unknown;
  readonly key: unknown;
  readonly within: Place | undefined;
}

/** The last one first, as a stack needs them. */
function placesIn(parts: Iterable<readonly [unknown, unknown]>, within: Place | undefined): Place[] {
  return Array.from(parts, ([key, value]) => ({ value, key, within })).reverse();
}

function pathOf(place: Place): string {
  const path: string[] = [];
  for (let each: Place | undefined = place; each !== undefined; each = each.within) path.push(String(each.key));
  return path.reverse().join('.');
}

function partsOf(value: object): Iterable<readonly [unknown, unknown]> | undefined {
  if (value instanceof Map) return [...value, ...[...value.keys()].map((key) => ['key', key] as const)];
  if (value instanceof Set) return [...value].entries();
  if (Array.isArray(value)) return value.entries();
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype ? Object.entries(value) : undefined;
}
