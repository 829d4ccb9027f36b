import { changes, locked } from './freeze.ts';
import { isPrimitive } from './primitive.ts';
import { type Transcodings, Walk } from './walk.ts';

/** A copy that shares nothing with the original and that nobody can change. */
export function frozenCopy(value: unknown, subject: string, transcodings: Transcodings, key: string): unknown {
  return copy(value, new Walk(subject, transcodings, key), true);
}

/** A frozen copy of fields by name. */
export function frozenFields(
  fields: Readonly<Record<string, unknown>>,
  subject: string,
  transcodings: Transcodings,
): Readonly<Record<string, unknown>> {
  const walk = new Walk(subject, transcodings, undefined);
  walk.kindOf(fields);
  return copyFields(fields, walk, true);
}

/** A copy of a part of an event or of a snapshot, for a body to do with as it likes. */
export function looseCopy(value: unknown, subject: string, transcodings: Transcodings, key: string): unknown {
  return copy(value, new Walk(subject, transcodings, key, true), false);
}

function copy(original: unknown, walk: Walk, freeze: boolean): unknown {
  const found = walk.kindOf(original);
  switch (found.kind) {
    case 'primitive':
      return found.value;
    case 'array': {
      // Not by `slice`, which takes some hundred times as long where the array is frozen.
      const result = [...found.value];
      if (!result.every(isPrimitive)) copyItems(found.value, result, walk, freeze);
      return freeze ? Object.freeze(result) : result;
    }
    case 'object':
      return copyFields(found.value, walk, freeze);
    case 'date': {
      const result = new Date(found.value);
      return freeze ? locked(result, changes.date) : result;
    }
    case 'map': {
      const { value } = found;
      walk.enter(value);
      const result = new Map<unknown, unknown>();
      let index = 0;
      for (const [key, item] of value) {
        walk.at(typeof key === 'string' ? key : index);
        result.set(copy(key, walk, freeze), copy(item, walk, freeze));
        index += 1;
        if (result.size < index) throw walk.refuse('its key becomes equal to another one once it is transcoded');
      }
      walk.leave();
      return freeze ? locked(result, changes.map) : result;
    }
    case 'set': {
      const { value } = found;
      walk.enter(value);
      const result = new Set<unknown>();
      let index = 0;
      for (const item of value) {
        walk.at(index);
        result.add(copy(item, walk, freeze));
        index += 1;
        if (result.size < index) throw walk.refuse('it becomes equal to another item once it is transcoded');
      }
      walk.leave();
      return freeze ? locked(result, changes.set) : result;
    }
    case 'bytes':
      // JavaScript cannot freeze bytes. The copy at least keeps the caller's own array apart from the event's.
      return new Uint8Array(found.value);
    case 'custom': {
      const { value, transcoding } = found;
      walk.enter(value);
      walk.at(transcoding.name);
      const data = copy(transcoding.encode(value), walk, false);
      walk.leave();
      const result = transcoding.decode(data);
      return freeze ? Object.freeze(result) : result;
    }
  }
}

/** Puts copies in the place of the items of the original. */
function copyItems(original: readonly unknown[], items: unknown[], walk: Walk, freeze: boolean): void {
  walk.enter(original);
  for (const [index, item] of items.entries()) {
    if (isPrimitive(item)) continue;
    walk.at(index);
    items[index] = copy(item, walk, freeze);
  }
  walk.leave();
}

function copyFields(
  fields: Readonly<Record<string, unknown>>,
  walk: Walk,
  freeze: boolean,
): Readonly<Record<string, unknown>> {
  walk.enter(fields);
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    const item = fields[key];
    if (isPrimitive(item)) setOwn(result, key, item);
    else {
      walk.at(key);
      setOwn(result, key, copy(item, walk, freeze));
    }
  }
  walk.leave();
  return freeze ? Object.freeze(result) : result;
}

/** Assignment would run the setter of `__proto__` instead of making a property. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}
