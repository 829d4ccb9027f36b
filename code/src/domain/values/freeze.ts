/**
 * Ways to make values unchangeable, all through. A copy that is frozen as it is made is in copy.ts.
 */

const refuse = () => {
  throw new TypeError('This value belongs to an event or to a state, and states and events do not change.');
};

/** The methods that change a date, a map or a set. */
export const changes = {
  date: Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set')),
  map: ['set', 'delete', 'clear'],
  set: ['add', 'delete', 'clear'],
} as const;

/** `Object.freeze` does not reach into dates, maps and sets, so their ways to change are taken away instead. */
export function locked<T extends object>(target: T, methods: readonly string[]): T {
  for (const name of methods) Object.defineProperty(target, name, { value: refuse });
  return Object.freeze(target);
}

/** Whether an own property of a date, a map or a set is there because it is locked. */
export function isLock(target: object, name: string): boolean {
  return Object.getOwnPropertyDescriptor(target, name)?.value === refuse;
}

/**
 * Makes a value that nobody else has, and that was read from data, one that nobody can change: what a frozen copy of it
 * would be, without the copy.
 */
export function frozenInPlace(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const deeper: object[] = [];
  freeze(value, deeper, 0);
  for (let next = deeper.pop(); next !== undefined; next = deeper.pop()) freeze(next, deeper, 0);
  return value;
}

/** What calls itself this many times leaves the rest for later, since a stack has an end. */
const DEEPEST_CALL = 500;

function freeze(value: object, deeper: object[], depth: number): void {
  if (value instanceof Uint8Array) return;
  if (depth > DEEPEST_CALL) {
    deeper.push(value);
    return;
  }
  switch (Object.getPrototypeOf(value)) {
    case Array.prototype:
    case Object.prototype:
      for (const item of Object.values(value)) freezePart(item, deeper, depth);
      Object.freeze(value);
      return;
    case Date.prototype:
      locked(value, changes.date);
      return;
    case Map.prototype:
    case Set.prototype:
      if (value instanceof Map) for (const key of value.keys()) freezePart(key, deeper, depth);
      if (value instanceof Map || value instanceof Set) {
        for (const item of value.values()) freezePart(item, deeper, depth);
      }
      locked(value, value instanceof Map ? changes.map : changes.set);
      return;
    default:
      // An object of a class: what is inside is its own concern.
      Object.freeze(value);
  }
}

function freezePart(item: unknown, deeper: object[], depth: number): void {
  if (typeof item === 'object' && item !== null) freeze(item, deeper, depth + 1);
}

/**
 * Freezes states in place. What one state has in common with the one before is not walked through again, so that the
 * cost is that of what is new.
 */
export class DeepFreezer {
  readonly #frozen = new WeakSet<object>();

  freeze<T>(value: T): T {
    // Not by calls of itself: a state can grow deeper with each event, and is then read from a snapshot at once.
    const rest: unknown[] = [value];
    while (rest.length > 0) {
      const next = rest.pop();
      if (typeof next !== 'object' || next === null || this.#frozen.has(next)) continue;
      this.#frozen.add(next);
      this.#freezeOne(next, rest);
    }
    return value;
  }

  #freezeOne(value: object, rest: unknown[]): void {
    // JavaScript cannot freeze bytes.
    if (ArrayBuffer.isView(value)) return;
    if (value instanceof Map) {
      for (const [key, item] of value) rest.push(key, item);
      this.#lock(value, changes.map);
    } else if (value instanceof Set) {
      for (const item of value) rest.push(item);
      this.#lock(value, changes.set);
    } else if (value instanceof Date) this.#lock(value, changes.date);
    else {
      for (const item of Object.values(value)) rest.push(item);
      Object.freeze(value);
    }
  }

  #lock(value: object, methods: readonly string[]): void {
    // Those of events are locked already.
    if (!Object.isFrozen(value)) locked(value, methods);
  }
}
