import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepEqual } from '../../../../code/src/domain/values/compare.ts';

/** An item that counts how often one of its fields is looked at. */
function counted(count: { reads: number }, id: unknown): object {
  return Object.defineProperty({}, 'id', {
    enumerable: true,
    get() {
      count.reads += 1;
      return id;
    },
  });
}

type Make = (n: number, count: { reads: number }) => object;

const items = (n: number, count: { reads: number }) => Array.from({ length: n }, (_, id) => counted(count, id));
const makes: readonly (readonly [string, Make])[] = [
  ['a set of objects', (n, count) => new Set(items(n, count))],
  ['a map with objects for keys', (n, count) => new Map(items(n, count).map((item, id) => [item, id]))],
  ['a map with numbers for keys', (n, count) => new Map(items(n, count).map((item, id) => [id, item]))],
  ['a set of bytes', (n, count) => new Set(items(n, count).map((_, id) => new Uint8Array([id, id >> 8])))],
  ['a set of sets', (n, count) => new Set(items(n, count).map((item) => new Set([item])))],
  [
    'items that know their owner',
    (n, count) => {
      const owner = { items: new Set<object>() };
      for (const item of items(n, count)) owner.items.add(Object.assign(Object.create(null), { owner, item }));
      return owner;
    },
  ],
];

function reversed(value: object): object {
  if (value instanceof Set) return new Set([...value].reverse());
  if (value instanceof Map) return new Map([...value].reverse());
  return value;
}

describe('the comparison of values', () => {
  test.each(makes)('looks at the parts of %s a few times each, in whatever order', (_, make) => {
    for (const turned of [(value: object) => value, reversed]) {
      const count = { reads: 0 };
      const n = 2_000;
      expect(deepEqual(make(n, count), turned(make(n, count)))).toBe(true);
      expect(count.reads).toBeLessThanOrEqual(10 * 2 * n);
    }
  });

  test.each<[string, unknown, unknown, boolean]>([
    ['the zeros', new Set([{ a: -0 }]), new Set([{ a: 0 }]), false],
    ['a text and a number', new Set([{ a: 1 }]), new Set([{ a: '1' }]), false],
    [
      'keys that are equal, with their values',
      new Map([
        [{}, 1],
        [{}, 2],
      ]),
      new Map([
        [{}, 2],
        [{}, 1],
      ]),
      true,
    ],
    [
      'keys that are equal, with other values',
      new Map([
        [{}, 1],
        [{}, 2],
      ]),
      new Map([
        [{}, 2],
        [{}, 2],
      ]),
      false,
    ],
    ['an item that is there twice', new Set([[1], [1], [2]]), new Set([[1], [2], [2]]), false],
    ['classes', new Set([new (class A {})()]), new Set([{}]), false],
    ['bytes', new Set([new Uint8Array([1, 2])]), new Set([new Uint8Array([1, 3])]), false],
    ['dates', new Set([new Date(1), new Date(2)]), new Set([new Date(2), new Date(1)]), true],
    ['fields in another order', new Set([{ a: 1, b: 2 }, 0]), new Set([0, { b: 2, a: 1 }]), true],
    ['symbols', new Set([{ [Symbol.iterator]: 1 }]), new Set([{ [Symbol.iterator]: 2 }]), false],
    ['arrays of another length', [new Array(1)], [[]], false],
    ['a text that looks like a description', new Set([{ a: '#1()' }, {}]), new Set([{ a: '#1()' }, []]), false],
    ['properties of a map', Object.assign(new Map(), { a: 1 }), new Map(), false],
  ])('tells apart what differs: %s', (_, a, b, isEqual) => {
    expect([deepEqual(a, b), deepEqual(b, a), deepEqual(a, a)]).toEqual([isEqual, isEqual, true]);
  });

  test('compares what contains itself', () => {
    const made = (last: number) => {
      const owner: { items: Set<unknown>; last: number } = { items: new Set(), last };
      for (const id of [1, 2, 3]) owner.items.add({ owner, id });
      return owner;
    };
    const turned = made(1);
    turned.items = new Set([...turned.items].reverse());
    expect(deepEqual(made(1), turned)).toBe(true);
    expect(deepEqual(made(1), made(2))).toBe(false);
    expect(deepEqual(new Set([made(1), made(2)]), new Set([made(2), made(1)]))).toBe(true);
    expect(deepEqual(new Set([made(1), made(2)]), new Set([made(2), made(2)]))).toBe(false);
  });

  test.each<[string, (inner: unknown) => unknown]>([
    ['arrays', (inner) => [inner]],
    ['objects', (inner) => ({ inner })],
    ['maps', (inner) => new Map([[1, inner]])],
    ['keys of maps', (inner) => new Map([[[inner], 1]])],
    ['sets', (inner) => new Set([[inner]])],
  ])('goes as deep as there are %s', (_, wrap) => {
    const nested = (innermost: number) => {
      let value: unknown = innermost;
      for (let n = 0; n < 20_000; n++) value = wrap(value);
      return value;
    };
    expect(deepEqual(nested(1), nested(1))).toBe(true);
    expect(deepEqual(nested(1), nested(2))).toBe(false);
  });

  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom<unknown>(0, -0, 1, '1', null, undefined, true, Number.NaN, 1n),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b'), tie('value'), { noNullPrototype: true }),
      fc.array(tie('value'), { maxLength: 3 }).map((all) => new Set(all)),
      fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((all) => new Map(all)),
    ),
  })).value;

  test('finds a value equal to its copy, and says the same as what compares each item with each', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(deepEqual(a, structuredClone(a))).toBe(true);
        expect(deepEqual(a, b)).toBe(slowlyEqual(a, b));
      }),
      { numRuns: 2_000 },
    );
  });

  function slowlyEqual(a: unknown, b: unknown): boolean {
    if (Object.is(a, b)) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    const isCollection = a instanceof Map || a instanceof Set;
    if (!isCollection || !(b instanceof Map || b instanceof Set)) {
      const keys = Object.keys(a);
      return (
        keys.length === Object.keys(b).length &&
        keys.every((key) => Object.hasOwn(b, key) && slowlyEqual(Reflect.get(a, key), Reflect.get(b, key)))
      );
    }
    const rest: unknown[] = [...b];
    return (
      a.size === b.size &&
      [...a].every((item) => {
        const index = rest.findIndex((other) => slowlyEqual(item, other));
        return index >= 0 && rest.splice(index, 1).length === 1;
      })
    );
  }
});
