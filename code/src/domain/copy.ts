import { isPrimitive } from './primitive.ts';
import { type Transcodings, Walk } from './value.ts';

/** A copy that shares nothing with the original and that nobody can change. */
export function frozenCopy(value: unknown, subject: string, transcodings: Transcodings, key: string): unknown {
  return copyAt(value, new Walk(subject, transcodings), true, key);
}

/** A copy that shares nothing with the original, for a body to do with as it likes. */
export function looseCopy(value: unknown, subject: string, transcodings: Transcodings, key: string): unknown {
  return copyAt(value, new Walk(subject, transcodings), false, key);
}

/** A loose copy of what the library has read or copied before, so that it is known to have none but whole arrays. */
export function copyAgain(value: unknown, subject: string, transcodings: Transcodings, key: string): unknown {
  return copyAt(value, new Walk(subject, transcodings, true), false, key);
}

/**
 * Makes a value that nobody else has, and that was read from data, one that nobody can change: what a frozen copy of it
 * would be, without the copy.
 */
export function frozenInPlace(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return value;
  switch (Object.getPrototypeOf(value)) {
    case Array.prototype:
    case Object.prototype:
      for (const item of Object.values(value)) if (typeof item === 'object') frozenInPlace(item);
      return Object.freeze(value);
    case Date.prototype:
      return locked(value, dateSetters);
    case Map.prototype:
    case Set.prototype:
      if (value instanceof Map) for (const key of value.keys()) frozenInPlace(key);
      if (value instanceof Map || value instanceof Set) for (const item of value.values()) frozenInPlace(item);
      return locked(value, value instanceof Map ? mapChanges : setChanges);
    default:
      // An object of a class: what is inside is its own concern.
      return Object.freeze(value);
  }
}

function copyAt(value: unknown, walk: Walk, freeze: boolean, key: string): unknown {
  return walk.into(key, walk, () => copy(value, walk, freeze));
}

function copy(original: unknown, walk: Walk, freeze: boolean): unknown {
  const found = walk.kindOf(original);
  switch (found.kind) {
    case 'primitive':
      return found.value;
    case 'array': {
      const { value } = found;
      const result = value.map((item, index) =>
        isPrimitive(item) ? item : walk.into(index, value, () => copy(item, walk, freeze)),
      );
      return freeze ? Object.freeze(result) : result;
    }
    case 'object': {
      const { value } = found;
      const result: Record<string, unknown> = {};
      for (const key of Object.keys(value)) {
        const item = value[key];
        setOwn(result, key, isPrimitive(item) ? item : walk.into(key, value, () => copy(item, walk, freeze)));
      }
      return freeze ? Object.freeze(result) : result;
    }
    case 'date': {
      const result = new Date(found.value);
      return freeze ? locked(result, dateSetters) : result;
    }
    case 'map': {
      const { value } = found;
      const result = new Map<unknown, unknown>();
      for (const [key, item] of value) {
        const at = typeof key === 'string' ? key : result.size;
        walk.into(at, value, () => result.set(copy(key, walk, freeze), copy(item, walk, freeze)));
      }
      return freeze ? locked(result, mapChanges) : result;
    }
    case 'set': {
      const { value } = found;
      const result = new Set<unknown>();
      for (const item of value) walk.into(result.size, value, () => result.add(copy(item, walk, freeze)));
      return freeze ? locked(result, setChanges) : result;
    }
    case 'bytes':
      // JavaScript cannot freeze bytes. The copy at least keeps the caller's own array apart from the event's.
      return new Uint8Array(found.value);
    case 'custom': {
      const { value, transcoding } = found;
      const data = walk.into(transcoding.name, value, () => copy(transcoding.encode(value), walk, false));
      const result = transcoding.decode(data);
      return freeze ? Object.freeze(result) : result;
    }
  }
}

/** Assignment would run the setter of `__proto__` instead of making a property. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}

const mapChanges = ['set', 'delete', 'clear'];
const setChanges = ['add', 'delete', 'clear'];
export const dateSetters = Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set'));

/** `Object.freeze` does not reach into dates, maps and sets, so their ways to change are taken away instead. */
export function locked<T extends object>(target: T, methods: readonly string[]): T {
  const refuse = () => {
    throw new TypeError('This value belongs to an event or to a state, and states and events do not change.');
  };
  for (const name of methods) Object.defineProperty(target, name, { value: refuse });
  return Object.freeze(target);
}
