/** Stands for -0 among the keys of a map, which takes it for 0. */
const NEGATIVE_ZERO = Symbol('-0');

/** Something that is being looked at: its parts, and which of them is next. */
interface Frame {
  readonly value: object;
  readonly parts: readonly unknown[];
  /** What the parts are to the value, one for each. */
  readonly keys: readonly unknown[];
  readonly shapes: number[];
  isCyclic: boolean;
}

/**
 * Gives a number to each value, and the same number to values with the same class and the same content. With it, the
 * items of a set find their likes in another set at once, however many there are.
 *
 * The numbers hold as long as nobody changes the values, so that each comparison needs its own.
 */
export class Shapes {
  /** Of values that are what they are. */
  readonly #numbers = new Map<unknown, number>();
  /** Of the descriptions of all others. */
  readonly #descriptions = new Map<string, number>();
  /** Null for those that contain themselves, somewhere. */
  readonly #known = new Map<object, number | null>();

  /** @returns nothing for a value that contains itself, or has a part that does. */
  of(value: unknown): number | undefined {
    if (typeof value !== 'object' || value === null) return this.#numberOf(value);
    // Not by calls of itself: values may be nested deeper than a stack is high.
    const open: Frame[] = [];
    const isOpen = new Set<object>();
    const begin = (next: object) => {
      isOpen.add(next);
      open.push({ value: next, ...partsOf(next), shapes: [], isCyclic: false });
    };
    if (!this.#known.has(value)) begin(value);
    for (let frame = open.at(-1); frame !== undefined; frame = open.at(-1)) {
      const { parts, shapes } = frame;
      if (shapes.length === parts.length) {
        open.pop();
        isOpen.delete(frame.value);
        this.#known.set(frame.value, frame.isCyclic ? null : numbered(this.#descriptions, this.#description(frame), 1));
        continue;
      }
      const part = parts[shapes.length];
      if (typeof part !== 'object' || part === null) shapes.push(this.#numberOf(part));
      else if (isOpen.has(part)) {
        frame.isCyclic = true;
        shapes.push(0);
      } else {
        const known = this.#known.get(part);
        if (known === undefined) begin(part);
        else {
          frame.isCyclic ||= known === null;
          shapes.push(known ?? 0);
        }
      }
    }
    return this.#known.get(value) ?? undefined;
  }

  /** What can be said at once of a value that contains itself: those that are equal have it in common. */
  roughly(value: unknown): string {
    if (typeof value !== 'object' || value === null) return String(this.#numberOf(value));
    const { parts, keys } = partsOf(value);
    const own =
      parts.length > MOST_PARTS
        ? []
        : parts.map((part, index) =>
            typeof part === 'object' && part !== null ? '' : `${this.#numberOf(keys[index])}=${this.#numberOf(part)}`,
          );
    return `${this.#numberOf(Object.getPrototypeOf(value))}(${parts.length}: ${own.sort().join()})`;
  }

  #numberOf(value: unknown): number {
    return numbered(this.#numbers, Object.is(value, -0) ? NEGATIVE_ZERO : value, 2);
  }

  #description({ value, keys, shapes }: Frame): string {
    const content = value instanceof Date ? value.getTime() : value instanceof Uint8Array ? value.join() : '';
    const parts = shapes.map((shape, index) => {
      const key = keys[index];
      if (key !== ENTRY) return `${key === ITEM ? '' : this.#numberOf(key)}=${shape}`;
      // A key and its value are two parts, one after the other.
      return index % 2 === 0 ? `${shape}>${shapes[index + 1]}` : '';
    });
    // The order of keys and items says nothing; that of an array is in its keys.
    return `#${this.#numberOf(Object.getPrototypeOf(value))}(${content})${parts.sort().join()}`;
  }
}

/** The next one of the even or of the odd numbers, without 0, which is for what has none. */
function numbered<K>(numbers: Map<K, number>, key: K, first: 1 | 2): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  const number = 2 * numbers.size + first;
  numbers.set(key, number);
  return number;
}

const MOST_PARTS = 32;
const ITEM = Symbol('item');
const ENTRY = Symbol('entry');

function partsOf(value: object): { parts: unknown[]; keys: unknown[] } {
  const parts: unknown[] = [];
  const keys: unknown[] = [];
  if (value instanceof Uint8Array || value instanceof Date) return { parts, keys };
  if (value instanceof Map) {
    for (const [key, item] of value) {
      keys.push(ENTRY, ENTRY);
      parts.push(key, item);
    }
  } else if (value instanceof Set) {
    for (const item of value) {
      keys.push(ITEM);
      parts.push(item);
    }
  } else if (Array.isArray(value)) {
    keys.push('length');
    parts.push(value.length);
  }
  for (const key of enumerableKeys(value)) {
    keys.push(key);
    parts.push(Reflect.get(value, key));
  }
  return { parts, keys };
}

/** What counts in a comparison: also symbols, and nothing that is not enumerable. */
export function enumerableKeys(value: object): (string | symbol)[] {
  const symbols = Object.getOwnPropertySymbols(value);
  if (symbols.length === 0) return Object.keys(value);
  return [...Object.keys(value), ...symbols.filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))];
}
