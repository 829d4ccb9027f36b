/**
 * Whether an action makes entries in weak collections for certain keys.
 *
 * Compilers that lower `#private` members keep them there, one entry for each member of each object, and once such
 * code is minified nothing in its source tells. So the rare rebuilding of an object is watched instead: for its
 * synchronous extent, the two methods that can make entries report what they are called with.
 */
export function makesWeakEntries(isWatched: (key: unknown, value: unknown) => boolean, action: () => void): boolean {
  let found = false;
  const note = (key: unknown, value: unknown) => {
    found ||= isWatched(key, value);
  };
  const restore = [observe(WeakMap.prototype, 'set', note), observe(WeakSet.prototype, 'add', note)];
  try {
    action();
  } finally {
    for (const each of restore) each();
  }
  return found;
}

function observe(prototype: object, name: string, note: (key: unknown, value: unknown) => void): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  const original: unknown = descriptor?.value;
  // Where the built-in objects are frozen, what the source says has to do.
  if (!descriptor?.configurable || typeof original !== 'function') return () => undefined;
  Object.defineProperty(prototype, name, {
    ...descriptor,
    value(this: unknown, key: unknown, value: unknown): unknown {
      note(key, value);
      return Reflect.apply(original, this, [key, value]);
    },
  });
  return () => {
    Object.defineProperty(prototype, name, descriptor);
  };
}
