/** Deep equality by content and class, as `node:assert/strict` has it; cycles are followed once. */
export function deepEqual(a: unknown, b: unknown): boolean {
  return equal(a, b, new Map());
}

type Seen = Map<object, Set<object>>;

function equal(a: unknown, b: unknown, seen: Seen): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const partners = seen.get(a) ?? new Set();
  if (partners.has(b)) return true; // being compared further out: equal unless that comparison finds otherwise
  seen.set(a, partners.add(b));
  return sameInside(a, b, seen) && sameFields(a, b, seen);
}

/** What an object holds besides its fields. */
function sameInside(a: object, b: object, seen: Seen): boolean {
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b) && a.lastIndex === b.lastIndex;
  if (a instanceof Error && b instanceof Error) {
    return a.name === b.name && a.message === b.message && equal(a.cause, b.cause, seen);
  }
  if (a instanceof Map && b instanceof Map) {
    const same = (one: unknown[], other: unknown[]) => equal(one[0], other[0], seen) && equal(one[1], other[1], seen);
    return a.size === b.size && sameItems<unknown[]>(a, b, same);
  }
  if (a instanceof Set && b instanceof Set) {
    return a.size === b.size && sameItems<unknown>(a, b, (one, other) => equal(one, other, seen));
  }
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) return equal(new Uint8Array(a), new Uint8Array(b), seen);
  if (isBoxed(a) && isBoxed(b)) return Object.is(a.valueOf(), b.valueOf());
  if (a instanceof WeakMap || a instanceof WeakSet || a instanceof Promise) return false; // only by identity
  return true;
}

function sameFields(a: object, b: object, seen: Seen): boolean {
  const keys = enumerable(a);
  if (keys.length !== enumerable(b).length) return false;
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return false;
  return keys.every(
    (key) =>
      Object.prototype.propertyIsEnumerable.call(b, key) && equal(Reflect.get(a, key), Reflect.get(b, key), seen),
  );
}

function enumerable(value: object): (string | symbol)[] {
  return Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
}

/** Whether each item has a partner of its own among the others, in whatever order. */
function sameItems<T>(items: Iterable<T>, others: Iterable<T>, same: (item: T, other: T) => boolean): boolean {
  const left = [...others];
  return [...items].every((item) => {
    const at = left.findIndex((other) => same(item, other));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

function isBoxed(value: object): boolean {
  return [Number, String, Boolean, BigInt, Symbol].some((type) => value instanceof type);
}
