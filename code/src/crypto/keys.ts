import { ArgumentError } from '../index.ts';

/** What AES-256 takes, in bytes. */
export const KEY_LENGTH = 32;
/** What one byte can count. */
const MAX_ID_LENGTH = 255;

/** Keys by their ids; the id of the key is stored with what it encrypts, in the clear. */
export type Keys = Readonly<Record<string, Uint8Array | string>>;

/**
 * A new random key for `aesGcm`, as base64 text. Keep it where only the application can read it: an environment
 * variable or a vault, never the database that it protects.
 *
 * @example
 * ```ts
 * import { createKey } from 'eventsourcing/crypto';
 *
 * console.log(createKey().length); // 44
 * ```
 */
export function createKey(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(KEY_LENGTH))));
}

/** @throws {ArgumentError} if there is no key, or one that is not 32 bytes. Keys themselves are never in the message. */
export function parsedKeys(keys: Keys): ReadonlyMap<string, Uint8Array> {
  const parsed = new Map<string, Uint8Array>();
  for (const [id, key] of Object.entries(keys)) {
    const length = new TextEncoder().encode(id).length;
    if (length === 0 || length > MAX_ID_LENGTH) {
      throw new ArgumentError(`The id of a key must be text of 1 to ${MAX_ID_LENGTH} bytes, and one has ${length}.`);
    }
    parsed.set(id, parsedKey(id, key));
  }
  if (parsed.size === 0) throw new ArgumentError('aesGcm was given no keys. Make one with createKey().');
  return parsed;
}

function parsedKey(id: string, key: unknown): Uint8Array {
  const bytes = typeof key === 'string' ? fromBase64(id, key) : key;
  if (!(bytes instanceof Uint8Array)) {
    throw new ArgumentError(
      `The key ${id} is ${bytes === undefined ? 'undefined' : 'neither bytes nor text'}. If it comes from an environment ` +
        'variable, is the variable set? createKey() makes a key.',
    );
  }
  if (bytes.length !== KEY_LENGTH) {
    throw new ArgumentError(
      `The key ${id} has ${bytes.length} bytes, and AES-256 takes ${KEY_LENGTH}. Make one with createKey().`,
    );
  }
  // A copy, so that the caller may wipe their own.
  return new Uint8Array(bytes);
}

function fromBase64(id: string, text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch (cause) {
    // The cause of the platform does not repeat the text either.
    throw new ArgumentError(`The key ${id} is not base64 text. Make one with createKey().`, { cause });
  }
}
