import { enumerableKeys, Shapes } from './shapes.ts';

/**
 * Whether two values have the same class and the same content, all the way down. Order matters in arrays and maps and
 * sets do not care about theirs. Values that contain themselves are compared once each.
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  return new Comparison().holds(a, b);
}

/** Sets of sets of sets …: from here on, they are told apart without calls within calls. */
const MOST_TRIALS = 50;

class Comparison {
  readonly #shapes = new Shapes();
  /** Each object with those that it was compared with, or is being compared with. */
  readonly #compared = new Map<object, Set<object>>();
  /** The same pairs in their order, so that a trial can be undone. */
  readonly #trail: (readonly [object, object])[] = [];
  /** How many trials are under way, each within the one before. */
  #trials = 0;

  holds(a: unknown, b: unknown): boolean {
    // Not by calls of itself: what a state holds may be nested deeper than a stack is high.
    const pairs: unknown[] = [a, b];
    while (pairs.length > 0) {
      const [y, x] = [pairs.pop(), pairs.pop()];
      if (!this.#addParts(x, y, pairs)) return false;
    }
    return true;
  }

  /** @returns whether the two are equal if those pairs are that it adds. */
  #addParts(a: unknown, b: unknown, pairs: unknown[]): boolean {
    if (Object.is(a, b)) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    const others = this.#compared.get(a);
    if (others?.has(b)) return true;
    if (others === undefined) this.#compared.set(a, new Set([b]));
    else others.add(b);
    this.#trail.push([a, b]);
    if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
    if (a instanceof Uint8Array && b instanceof Uint8Array) {
      return a.length === b.length && a.every((byte, index) => byte === b[index]);
    }
    if (a instanceof Map && b instanceof Map && !this.#addEntries(a, b, pairs)) return false;
    if (a instanceof Set && b instanceof Set && !this.#sameItems(a, b)) return false;
    return (!Array.isArray(a) || !Array.isArray(b) || a.length === b.length) && addProperties(a, b, pairs);
  }

  #addEntries(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>, pairs: unknown[]): boolean {
    if (a.size !== b.size) return false;
    for (const [key, value] of a) {
      if (isObject(key)) continue;
      if (!b.has(key)) return false;
      pairs.push(value, b.get(key));
    }
    return this.#matched(
      [...a].filter(([key]) => isObject(key)),
      [...b].filter(([key]) => isObject(key)),
    );
  }

  #sameItems(a: ReadonlySet<unknown>, b: ReadonlySet<unknown>): boolean {
    if (a.size !== b.size) return false;
    for (const item of a) if (!isObject(item) && !b.has(item)) return false;
    return this.#matched([...a].filter(isObject), [...b].filter(isObject));
  }

  /** Whether the items can be paired up; keys of maps and items of sets have no order of their own. */
  #matched(a: readonly object[], b: readonly object[]): boolean {
    if (a.length !== b.length) return false;
    // Most often both are in the same order, which takes no more than to compare them.
    let same = 0;
    for (const item of this.#trials < MOST_TRIALS ? a : []) {
      if (!this.#try(item, b[same])) break;
      same += 1;
    }
    return this.#matchedInAnyOrder(a.slice(same), b.slice(same));
  }

  #matchedInAnyOrder(a: readonly object[], b: readonly object[]): boolean {
    const count = new Map<number, number>();
    const cyclic = new Map<string, object[]>();
    for (const item of b) {
      const shape = this.#shapes.of(item);
      if (shape !== undefined) count.set(shape, (count.get(shape) ?? 0) + 1);
      else {
        const rough = this.#roughly(item);
        const alike = cyclic.get(rough);
        if (alike === undefined) cyclic.set(rough, [item]);
        else alike.push(item);
      }
    }
    // They are taken from the end, and here too most are in the same order.
    for (const alike of cyclic.values()) alike.reverse();
    return a.every((item) => {
      const shape = this.#shapes.of(item);
      if (shape === undefined) return this.#taken(item, cyclic.get(this.#roughly(item)) ?? []);
      const left = count.get(shape) ?? 0;
      count.set(shape, left - 1);
      return left > 0;
    });
  }

  #taken(item: object, alike: object[]): boolean {
    const index = alike.findLastIndex((other) => this.#try(item, other));
    if (index < 0) return false;
    alike.splice(index, 1);
    return true;
  }

  /** What was taken to be equal for a trial that failed is not known to be. */
  #try(a: unknown, b: unknown): boolean {
    const start = this.#trail.length;
    this.#trials += 1;
    const isSame = this.holds(a, b);
    this.#trials -= 1;
    if (isSame) return true;
    for (const [x, y] of this.#trail.splice(start)) this.#compared.get(x)?.delete(y);
    return false;
  }

  /** An entry of a map is a pair, of which there is more to say. */
  #roughly(item: object): string {
    return Array.isArray(item) && item.length === 2
      ? `${this.#shapes.roughly(item[0])}>${this.#shapes.roughly(item[1])}`
      : this.#shapes.roughly(item);
  }
}

function addProperties(a: object, b: object, pairs: unknown[]): boolean {
  const keys = enumerableKeys(a);
  if (keys.length !== enumerableKeys(b).length) return false;
  for (const key of keys) {
    if (!Object.prototype.propertyIsEnumerable.call(b, key)) return false;
    pairs.push(Reflect.get(a, key), Reflect.get(b, key));
  }
  return true;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
