import { AggregateCore, Recording } from '../recording/aggregate-core.ts';

/**
 * Whether an action puts data about aggregates into a `WeakMap`. That is where compilers keep `#private` fields that they
 * lower, and once such code is minified nothing in its source tells. It can only be seen while a constructor runs, so for
 * that one call `set` reports its keys.
 *
 * Private methods are in a `WeakSet`, and hold no state.
 *
 * @returns nothing if it could not be found out, because the built-in objects are frozen.
 */
export function makesWeakEntries(action: () => void): boolean | undefined {
  const descriptor = Object.getOwnPropertyDescriptor(WeakMap.prototype, 'set');
  const original: unknown = descriptor?.value;
  if (!descriptor?.configurable || typeof original !== 'function') {
    action();
    return undefined;
  }
  let found = false;
  Object.defineProperty(WeakMap.prototype, 'set', {
    ...descriptor,
    value(this: unknown, key: unknown, value: unknown): unknown {
      found ||= key instanceof AggregateCore && !(value instanceof Recording);
      return Reflect.apply(original, this, [key, value]);
    },
  });
  try {
    action();
  } finally {
    Object.defineProperty(WeakMap.prototype, 'set', descriptor);
  }
  return found;
}
