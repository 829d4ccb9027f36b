import { dateSetters, locked } from './copy.ts';

/**
 * Freezes states in place. What one state has in common with the one before is not walked through again, so that the
 * cost is that of what is new.
 */
export class DeepFreezer {
  readonly #frozen = new WeakSet<object>();

  freeze<T>(value: T): T {
    if (typeof value !== 'object' || value === null || this.#frozen.has(value)) return value;
    this.#frozen.add(value);
    // JavaScript cannot freeze bytes.
    if (ArrayBuffer.isView(value)) return value;
    if (value instanceof Map) {
      for (const [key, item] of value) {
        this.freeze(key);
        this.freeze(item);
      }
      return this.#lock(value, ['set', 'delete', 'clear']);
    }
    if (value instanceof Set) {
      for (const item of value) this.freeze(item);
      return this.#lock(value, ['add', 'delete', 'clear']);
    }
    if (value instanceof Date) return this.#lock(value, dateSetters);
    for (const item of Object.values(value)) this.freeze(item);
    return Object.freeze(value);
  }

  #lock<T extends object>(value: T, methods: readonly string[]): T {
    // Those of events are locked already.
    return Object.isFrozen(value) ? value : locked(value, methods);
  }
}
