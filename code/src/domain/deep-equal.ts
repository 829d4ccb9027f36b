/**
 * Whether two values have the same class and the same content, all the way down. Order matters in arrays and maps do
 * not care about theirs. Values that contain themselves are compared once each.
 */
export function deepEqual(a: unknown, b: unknown, compared: Map<object, object> = new Map()): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (compared.get(a) === b) return true;
  compared.set(a, b);
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((byte, index) => byte === b[index]);
  }
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && everyMatched([...a], [...b], compared) && sameProperties(a, b, compared);
  }
  if (a instanceof Set && b instanceof Set) {
    return a.size === b.size && everyMatched([...a], [...b], compared) && sameProperties(a, b, compared);
  }
  return sameProperties(a, b, compared);
}

/** Whether the items can be paired up; keys of maps and items of sets have no order of their own. */
function everyMatched(a: readonly unknown[], b: readonly unknown[], compared: Map<object, object>): boolean {
  const rest = [...b];
  return a.every((item, position) => {
    // Most often both are in the same order.
    const start = Math.max(0, position - (a.length - rest.length));
    const found = [...rest.keys()].sort((x, y) => Math.abs(x - start) - Math.abs(y - start));
    const index = found.find((i) => deepEqual(item, rest[i], new Map(compared)));
    if (index === undefined) return false;
    rest.splice(index, 1);
    return true;
  });
}

function sameProperties(a: object, b: object, compared: Map<object, object>): boolean {
  const keys = Reflect.ownKeys(a).filter((key) => isEnumerable(a, key));
  return (
    keys.length === Reflect.ownKeys(b).filter((key) => isEnumerable(b, key)).length &&
    keys.every((key) => isEnumerable(b, key) && deepEqual(Reflect.get(a, key), Reflect.get(b, key), compared))
  );
}

function isEnumerable(target: object, key: string | symbol): boolean {
  return Object.prototype.propertyIsEnumerable.call(target, key);
}
