import { PayloadError } from '../errors.ts';
import { isLock } from './freeze.ts';
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

/**
 * How deep the values of an event may be nested. What walks through them calls itself, and a stack holds some thousands
 * of such calls, of which the caller may have made use already.
 */
export const DEEPEST = 1_000;

/** What was written before there was a limit was written by calls that took several times as much of the stack. */
const DEEPEST_READ = 4 * DEEPEST;

/**
 * The properties of longer bytes are not looked at. JavaScript can list them only with all of the indices, as texts, which
 * takes a hundred times as long as to copy the bytes.
 */
const LONGEST_LISTED = 1024;

/** No error gets longer than what somebody can read. */
const LONGEST_PATH = 200;

/** A walk through one value: what it may meet, and where it is. */
export class Walk {
  readonly #subject: string;
  readonly #transcodings: Transcodings;
  /** The key under which each of the ancestors holds the next one, after the key of the first. */
  readonly #path: (string | number | undefined)[];
  readonly #ancestors: object[] = [];
  readonly #isTrusted: boolean;
  readonly #deepest: number;

  /**
   * @param subject what is walked through, as the subject of a sentence: `The event Dog.Registered`.
   * @param key what leads to the value itself, if anything does.
   * @param isTrusted whether the value was made by an earlier walk, or read, so that objects are known to hold nothing that
   * would be lost. To find it out takes longer than to copy them.
   */
  constructor(subject: string, transcodings: Transcodings, key: string | undefined, isTrusted = false) {
    this.#subject = subject;
    this.#transcodings = transcodings;
    this.#path = [key];
    this.#isTrusted = isTrusted;
    this.#deepest = isTrusted ? DEEPEST_READ : DEEPEST;
  }

  /**
   * Begins with the parts of a value. `at` says which one is next, and `leave` that there are no more.
   *
   * @throws {PayloadError} if the value is one of its own parts, or is nested too deep.
   */
  enter(parent: object): void {
    if (this.#ancestors.includes(parent)) throw this.refuse('it contains itself, and events are trees');
    if (this.#ancestors.length >= this.#deepest) {
      throw this.refuse(
        `it is nested more than ${this.#deepest} levels deep; make a list of what is nested, whose items have the ids of others`,
      );
    }
    this.#ancestors.push(parent);
  }

  at(key: string | number): void {
    this.#path[this.#ancestors.length] = key;
  }

  leave(): void {
    this.#ancestors.pop();
    this.#path.length = this.#ancestors.length + 1;
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

  /** @param key of the part at fault, if it is not the value that the walk has come to. */
  refuse(reason: string, key?: string): PayloadError {
    const path = [...this.#path, key]
      .filter((each) => each !== undefined)
      .map(step)
      .join('')
      .replace(/^\./, '');
    const shown = path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path;
    return new PayloadError(`${this.#subject} cannot hold ${shown || 'this value'}: ${reason}.`, path);
  }

  #kindOfObject(value: object): Kind {
    const prototype: unknown = Object.getPrototypeOf(value);
    const transcoding = this.#transcodings.get(classOf(prototype));
    if (transcoding !== undefined) return { kind: 'custom', value, transcoding };
    if (!this.#isTrusted && Object.getOwnPropertySymbols(value).length > 0) {
      throw this.refuse('it has a symbol as a key; use a string');
    }
    if (Array.isArray(value)) {
      if (prototype !== Array.prototype && !isOutermostOf(prototype, 'Array')) throw this.#unknownClass(prototype);
      // Besides the items there is `length`.
      if (!this.#isTrusted && Object.getOwnPropertyNames(value).length !== value.length + 1) {
        throw this.refuse('it is an array with holes or with named properties; fill it, or use an object');
      }
      return { kind: 'array', value };
    }
    if (isPlain(value, prototype)) {
      if (!this.#isTrusted) this.#refuseHidden(value);
      return { kind: 'object', value };
    }
    if (value instanceof Uint8Array) {
      if (prototype !== Uint8Array.prototype && !isBuffer(prototype)) throw this.#unknownClass(prototype);
      if (!this.#isTrusted && value.length <= LONGEST_LISTED) {
        this.#refuseNamed(value, 'bytes', Object.keys(value).slice(value.length));
      }
      return { kind: 'bytes', value };
    }
    if (prototype === Date.prototype && value instanceof Date) {
      if (Number.isNaN(value.getTime())) throw this.refuse('it is an invalid date');
      if (!this.#isTrusted) this.#refuseNamed(value, 'a date');
      return { kind: 'date', value };
    }
    if (prototype === Map.prototype && value instanceof Map) {
      if (!this.#isTrusted) this.#refuseNamed(value, 'a map');
      return { kind: 'map', value };
    }
    if (prototype === Set.prototype && value instanceof Set) {
      if (!this.#isTrusted) this.#refuseNamed(value, 'a set');
      return { kind: 'set', value };
    }
    throw this.#unknownClass(prototype);
  }

  /** What a copy of the object would not have, or not as it is. */
  #refuseHidden(value: Readonly<Record<string, unknown>>): void {
    const names = Object.getOwnPropertyNames(value);
    for (const name of names) {
      const descriptor = Object.getOwnPropertyDescriptor(value, name);
      if (descriptor?.enumerable === false) {
        throw this.refuse('it is not enumerable, so it would be lost; make it an ordinary property', name);
      }
      if (descriptor?.get !== undefined || descriptor?.set !== undefined) {
        throw this.refuse('it is a getter or a setter; events hold data, so give its value', name);
      }
    }
  }

  /** Properties that somebody gave to an object whose content is not its properties. */
  #refuseNamed(value: object, what: string, names: readonly string[] = Object.getOwnPropertyNames(value)): void {
    // What locks a value is the library's own.
    const name = names.find((each) => !isLock(value, each));
    if (name !== undefined) {
      throw this.refuse(`it is a property of ${what}, and would be lost; use an object with ${what} in it`, name);
    }
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

/** Whether a value is an object of named fields, and of no class. */
export function isPlainRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && isPlain(value, Object.getPrototypeOf(value));
}

/** Objects of another realm (a `vm` context, a frame) have an `Object.prototype` of their own, and are plain too. */
function isPlain(value: object, prototype: unknown): value is Record<string, unknown> {
  return prototype === null || prototype === Object.prototype || isRootOf(prototype);
}

function isRootOf(prototype: unknown): boolean {
  return (
    typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null && isOutermostOf(prototype, 'Object')
  );
}

function isOutermostOf(prototype: unknown, name: string): boolean {
  const type = classOf(prototype);
  return typeof type === 'function' && type.name === name;
}

/** What Node gives out where others give out a `Uint8Array`; elsewhere there may be no such class, or one like it. */
function isBuffer(prototype: unknown): boolean {
  return isOutermostOf(prototype, 'Buffer');
}
