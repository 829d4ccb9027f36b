import { DefinitionError } from '../domain/errors.ts';
import { setOwn } from '../domain/values/copy.ts';
import { isRecord } from '../domain/values/is-record.ts';
import { isPrimitive } from '../domain/values/primitive.ts';
import type { Transcoding } from '../domain/values/transcoding.ts';
import { type Transcodings, Walk } from '../domain/values/walk.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { StateDamagedError } from './errors.ts';

const TYPE = '_type_';
const DATA = '_data_';

/** What JSON has no form for is written as `{"_type_": name, "_data_": …}`. Names are part of what is stored. */
const builtIn = {
  date: 'datetime_iso',
  bigint: 'bigint',
  number: 'number',
  map: 'map',
  set: 'set',
  bytes: 'bytes',
  object: 'object',
} as const;

/**
 * Writes values as JSON text and reads them back unchanged, or refuses to write them. Knows strings, finite numbers,
 * booleans, null, arrays and plain objects; `Date`, `bigint`, `Map`, `Set` and `Uint8Array`; and the classes of the
 * transcodings that it is given.
 *
 * @example
 * ```ts
 * import { Transcoder } from 'eventsourcing';
 *
 * const transcoder = new Transcoder();
 * const text = transcoder.encode({ born: new Date(0), tricks: new Set(['sit']) });
 * console.log(transcoder.decode(text)); // { born: 1970-01-01T00:00:00.000Z, tricks: Set(1) { 'sit' } }
 * ```
 */
export class Transcoder {
  readonly #byClass: Transcodings;
  readonly #byName = new Map<string, Transcoding>();

  /** @throws {DefinitionError} if two transcodings claim one name or one class (`ES_TRANSCODING`). */
  constructor(transcodings: Iterable<Transcoding> = []) {
    const byClass = new Map<unknown, Transcoding>();
    const taken = new Set<string>(Object.values(builtIn));
    for (const transcoding of new Set(transcodings)) {
      const { type, name, formerNames } = transcoding;
      if (byClass.has(type)) {
        throw new DefinitionError('ES_TRANSCODING', `The class ${type.name} has two transcodings; one is ${name}.`);
      }
      byClass.set(type, transcoding);
      for (const each of [name, ...formerNames]) {
        if (taken.has(each) || this.#byName.has(each)) {
          throw new DefinitionError(
            'ES_TRANSCODING',
            `The name ${each} is taken by another transcoding. Stored data could not be told apart: choose another.`,
          );
        }
        this.#byName.set(each, transcoding);
      }
    }
    this.#byClass = byClass;
  }

  /**
   * @param subject what holds the value, for errors.
   * @param isOwn whether the value is a copy that the library has made, and so was looked at before. The parts of others
   * may have properties that would be lost.
   * @throws {PayloadError} if the value would not be read back as it is, with the path to the part at fault.
   */
  encode(value: unknown, subject = 'The text', isOwn = false): string {
    const walk = new Walk(subject, this.#byClass, undefined, isOwn);
    return JSON.stringify(this.#toJson(value, walk));
  }

  /** @throws {StateDamagedError} if the text is not what `encode` writes, or names a transcoding that is not known. */
  decode(text: string): unknown {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (cause) {
      throw new StateDamagedError('The stored text is not JSON.', { cause });
    }
    return mayHoldTags(text) ? this.#fromJson(json) : json;
  }

  /** The value itself, where JSON can write it as it is; copies are made only around what it cannot. */
  #toJson(original: unknown, walk: Walk): unknown {
    const found = walk.kindOf(original);
    switch (found.kind) {
      case 'primitive':
        if (typeof found.value === 'bigint') return tagged(builtIn.bigint, String(found.value));
        return Object.is(found.value, -0) ? tagged(builtIn.number, '-0') : found.value;
      case 'array':
        return this.#arrayToJson(found.value, walk);
      case 'object': {
        const json = this.#objectToJson(found.value, walk);
        return isTagged(found.value) ? tagged(builtIn.object, json) : json;
      }
      case 'date':
        return tagged(builtIn.date, found.value.toISOString());
      case 'map': {
        const { value } = found;
        walk.enter(value);
        const entries: unknown[] = [];
        for (const [key, item] of value) {
          walk.at(typeof key === 'string' ? key : entries.length);
          entries.push([this.#toJson(key, walk), this.#toJson(item, walk)]);
        }
        walk.leave();
        return tagged(builtIn.map, entries);
      }
      case 'set': {
        const { value } = found;
        walk.enter(value);
        const items: unknown[] = [];
        for (const item of value) {
          walk.at(items.length);
          items.push(this.#toJson(item, walk));
        }
        walk.leave();
        return tagged(builtIn.set, items);
      }
      case 'bytes':
        return tagged(builtIn.bytes, toBase64(found.value));
      case 'custom': {
        const { value, transcoding } = found;
        walk.enter(value);
        walk.at(transcoding.name);
        const data = this.#toJson(transcoding.encode(value), walk);
        walk.leave();
        return tagged(transcoding.name, data);
      }
    }
  }

  #arrayToJson(value: readonly unknown[], walk: Walk): readonly unknown[] {
    let copy: unknown[] | undefined;
    walk.enter(value);
    for (let index = 0; index < value.length; index++) {
      const item = value[index];
      let json = item;
      if (!standsAsItIs(item)) {
        walk.at(index);
        json = this.#toJson(item, walk);
        if (!Object.is(json, item)) copy ??= value.slice(0, index);
      }
      copy?.push(json);
    }
    walk.leave();
    return copy ?? value;
  }

  #objectToJson(value: Readonly<Record<string, unknown>>, walk: Walk): Readonly<Record<string, unknown>> {
    let copy: Record<string, unknown> | undefined;
    walk.enter(value);
    for (const key of Object.keys(value)) {
      const item = value[key];
      if (standsAsItIs(item)) continue;
      walk.at(key);
      const json = this.#toJson(item, walk);
      if (Object.is(json, item)) continue;
      if (copy === undefined) {
        copy = {};
        for (const each of Object.keys(value)) setOwn(copy, each, value[each]);
      }
      setOwn(copy, key, json);
    }
    walk.leave();
    return copy ?? value;
  }

  #fromJson(json: unknown): unknown {
    if (typeof json !== 'object' || json === null) return json;
    if (Array.isArray(json)) {
      for (let index = 0; index < json.length; index++) json[index] = this.#fromJson(json[index]);
      return json;
    }
    if (isTagged(json)) return this.#fromTagged(json[TYPE], json[DATA]);
    return this.#fieldsFromJson(json);
  }

  #fieldsFromJson(json: object): object {
    const fields = asRecord(json);
    for (const key of Object.keys(fields)) {
      const item = fields[key];
      if (typeof item === 'object' && item !== null) setOwn(fields, key, this.#fromJson(item));
    }
    return json;
  }

  #fromTagged(name: unknown, data: unknown): unknown {
    switch (name) {
      case builtIn.date:
        return validDate(text(data, name));
      case builtIn.bigint:
        return read(name, () => BigInt(text(data, name)));
      case builtIn.number:
        if (data === '-0') return -0;
        throw damaged(name);
      case builtIn.map:
        return new Map(list(data, name).map((entry) => pair(list(this.#fromJson(entry), name))));
      case builtIn.set:
        return new Set(list(this.#fromJson(data), name));
      case builtIn.bytes:
        return read(name, () => fromBase64(text(data, name)));
      case builtIn.object:
        if (isRecord(data)) return this.#fieldsFromJson(data);
        throw damaged(name);
      default: {
        const transcoding = typeof name === 'string' ? this.#byName.get(name) : undefined;
        if (transcoding !== undefined) {
          const decoded = this.#fromJson(data);
          return read(transcoding.name, () => transcoding.decode(decoded));
        }
        throw new StateDamagedError(
          `A value was stored by the transcoding ${JSON.stringify(name)}, which is not known. Add it to the static ` +
            'transcodings of the aggregate, or its name to the formerNames of the one that took its place.',
        );
      }
    }
  }
}

/** Whether JSON writes a value as what it is. */
function standsAsItIs(value: unknown): boolean {
  return isPrimitive(value) && typeof value !== 'bigint' && !Object.is(value, -0);
}

function tagged(name: string, data: unknown): object {
  return { [TYPE]: name, [DATA]: data };
}

/** Data of a user can look like this too. It is wrapped, so that reading does not take it for what it is not. */
function isTagged(value: object): value is { [TYPE]: unknown; [DATA]: unknown } {
  return Object.hasOwn(value, TYPE) && Object.hasOwn(value, DATA) && Object.keys(value).length === 2;
}

/** Whether there is anything to decode in JSON. What is not written as it is has a `\u`. */
function mayHoldTags(json: string): boolean {
  return json.includes(TYPE) || json.includes('\\u');
}

function asRecord(value: object): Record<string, unknown> {
  // What JSON.parse returned and is no array.
  return value as Record<string, unknown>;
}

function text(data: unknown, name: string): string {
  if (typeof data === 'string') return data;
  throw damaged(name);
}

function list(data: unknown, name: string): unknown[] {
  if (Array.isArray(data)) return data;
  throw damaged(name);
}

function pair(entry: readonly unknown[]): [unknown, unknown] {
  return [entry[0], entry[1]];
}

function validDate(iso: string): Date {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) throw damaged(builtIn.date);
  return date;
}

function read<T>(name: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw damaged(name, cause);
  }
}

function damaged(name: string, cause?: unknown): StateDamagedError {
  return new StateDamagedError(`Stored data of the kind ${name} does not have the form that it is written in.`, {
    cause,
  });
}
