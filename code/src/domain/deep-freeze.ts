import { changes, locked } from './locked.ts';

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
