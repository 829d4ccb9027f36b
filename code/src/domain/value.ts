import { PayloadError } from './errors.ts';
import type { Transcoding } from './transcoding.ts';

/** What kind of value an event holds at some place, with the value in its type. */
export type Kind =
  | { readonly kind: 'primitive'; readonly value: string | number | boolean | bigint | null }
  | { readonly kind: 'array'; readonly value: readonly unknown[] }
  | { readonly kind: 'object'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: 'date'; readonly value: Date }
  | { readonly kind: 'map'; readonly value: ReadonlyMap<unknown, unknown> }
  | { readonly kind: 'set'; readonly value: ReadonlySet<unknown> }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'custom'; readonly value: object; readonly transcoding: Transcoding };

/** The classes that events may hold besides the built-in ones, by class. */
export type Transcodings = ReadonlyMap<unknown, Transcoding>;

/** A walk through one value: what it may meet, and where it is. */
export class Walk {
  readonly #subject: string;
  readonly #transcodings: Transcodings;
  readonly #path: (string | number)[] = [];
  readonly #ancestors: object[] = [];
  readonly #isChecked: boolean;

  /**
   * @param subject what is walked through, as the subject of a sentence: `The event Dog.Registered`.
   * @param isChecked whether arrays are known to be whole. To find it out takes longer than to copy them.
   */
  constructor(subject: string, transcodings: Transcodings, isChecked = false) {
    this.#subject = subject;
    this.#transcodings = transcodings;
    this.#isChecked = isChecked;
  }

  /** Visits a part of the value under way, and so keeps the path for errors. */
  into<R>(key: string | number, parent: object, visit: () => R): R {
    if (this.#ancestors.includes(parent)) throw this.refuse('it contains itself, and events are trees');
    this.#path.push(key);
    this.#ancestors.push(parent);
    const result = visit();
    this.#ancestors.pop();
    this.#path.pop();
    return result;
  }

  /** @throws {PayloadError} if the value cannot be stored and read back unchanged. */
  kindOf(value: unknown): Kind {
    switch (typeof value) {
      case 'string':
      case 'boolean':
      case 'bigint':
        return { kind: 'primitive', value };
      case 'number':
        if (!Number.isFinite(value)) throw this.refuse(`${value} has no place in JSON; use null or a string`);
        return { kind: 'primitive', value };
      case 'undefined':
        throw this.refuse('it is undefined; leave it out, or use null');
      case 'function':
        throw this.refuse('it is a function; events hold data');
      case 'symbol':
        throw this.refuse('it is a symbol; use a string');
      case 'object':
        return value === null ? { kind: 'primitive', value } : this.#kindOfObject(value);
    }
  }

  refuse(reason: string): PayloadError {
    const path = this.#path.map(step).join('').replace(/^\./, '');
    return new PayloadError(`${this.#subject} cannot hold ${path || 'this value'}: ${reason}.`, path);
  }

  #kindOfObject(value: object): Kind {
    const prototype: unknown = Object.getPrototypeOf(value);
    const transcoding = this.#transcodings.get(classOf(prototype));
    if (transcoding !== undefined) return { kind: 'custom', value, transcoding };
    if (Object.getOwnPropertySymbols(value).length > 0) throw this.refuse('it has a symbol as a key; use a string');
    if (Array.isArray(value)) {
      if (prototype !== Array.prototype && !isOutermostOf(value, 'Array')) throw this.#unknownClass(prototype);
      if (!this.#isChecked && Object.keys(value).length !== value.length) {
        throw this.refuse('it is an array with holes or with named properties; fill it, or use an object');
      }
      return { kind: 'array', value };
    }
    if (isPlain(value, prototype)) return { kind: 'object', value };
    if (value instanceof Uint8Array) return { kind: 'bytes', value };
    if (prototype === Date.prototype && value instanceof Date) {
      if (Number.isNaN(value.getTime())) throw this.refuse('it is an invalid date');
      return { kind: 'date', value };
    }
    if (prototype === Map.prototype && value instanceof Map) return { kind: 'map', value };
    if (prototype === Set.prototype && value instanceof Set) return { kind: 'set', value };
    throw this.#unknownClass(prototype);
  }

  #unknownClass(prototype: unknown): PayloadError {
    const type = classOf(prototype);
    const name = typeof type === 'function' && type.name !== '' ? type.name : 'an unnamed class';
    return this.refuse(
      `it is an instance of ${name}, which has no transcoding; add one to the aggregate's static transcodings`,
    );
  }
}

function step(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function classOf(prototype: unknown): unknown {
  return typeof prototype === 'object' && prototype !== null && 'constructor' in prototype
    ? prototype.constructor
    : undefined;
}

/** Objects of another realm (a `vm` context, a frame) have an `Object.prototype` of their own, and are plain too. */
function isPlain(value: object, prototype: unknown): value is Record<string, unknown> {
  return prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null);
}

function isOutermostOf(value: object, name: string): boolean {
  const type = classOf(Object.getPrototypeOf(value));
  return typeof type === 'function' && type.name === name;
}
