import { ArgumentError } from '../errors.ts';
import { validId } from '../values/id.ts';
import { described } from '../values/text.ts';
import { RandomBytes } from './random-bytes.ts';
import { sha1 } from './sha1.ts';
import { sources } from './sources.ts';

/** The namespace for ids made from URLs and paths (RFC 9562), the same as `uuid.NAMESPACE_URL` in Python. */
export const NAMESPACE_URL = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';

const random = new RandomBytes();
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A new random id (UUID version 4).
 *
 * @example
 * ```ts
 * import { uuid4 } from 'eventsourcing';
 *
 * console.log(uuid4().length); // 36
 * ```
 */
export function uuid4(): string {
  const given = sources.current?.id?.();
  return given === undefined ? format(random.take(16), 4) : validId(given, 'An id of withSources');
}

/**
 * The id that belongs to a name: the same name gives the same id, everywhere and always (UUID version 5).
 * Equal to Python's `uuid5`.
 *
 * @param namespace a UUID, for example `NAMESPACE_URL`.
 * @throws {ArgumentError} if the namespace is not a UUID, or the name is not text that has an id of its own.
 * @example
 * ```ts
 * import { NAMESPACE_URL, uuid5 } from 'eventsourcing';
 *
 * console.log(uuid5(NAMESPACE_URL, '/dogs/Fido')); // 1e1d7398-8986-57af-bb01-11a89b2f8b02
 * ```
 */
export function uuid5(namespace: string, name: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(namespace)) {
    throw new ArgumentError(
      `The namespace of uuid5 must be a UUID, such as NAMESPACE_URL, not ${JSON.stringify(namespace)}.`,
    );
  }
  // Halves of characters (lone surrogates) all are the same to UTF-8, so that several names would get one id.
  if (typeof name !== 'string' || /\p{Surrogate}/u.test(name)) {
    throw new ArgumentError(`The name for uuid5 must be text of whole characters, not ${described(name)}.`);
  }
  const space = Uint8Array.from(namespace.replaceAll('-', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const text = new TextEncoder().encode(name);
  const bytes = new Uint8Array(space.length + text.length);
  bytes.set(space);
  bytes.set(text, space.length);
  return format(sha1(bytes), 5);
}

function format(bytes: Uint8Array, version: number): string {
  let id = '';
  for (let i = 0; i < 16; i++) {
    let byte = bytes[i] ?? 0;
    if (i === 6) byte = (byte & 0x0f) | (version << 4);
    if (i === 8) byte = (byte & 0x3f) | 0x80;
    if (i === 4 || i === 6 || i === 8 || i === 10) id += '-';
    id += hex[byte] ?? '';
  }
  return id;
}
