import { RandomBytes } from '../domain/sources/random-bytes.ts';
import { ArgumentError, type Cipher, CipherError, type StateContext } from '../index.ts';
import { type Aead, type AeadOf, checkLength, described, NONCE_LENGTH, sealed, unsealed } from './frame.ts';
import { type Keys, parsedKeys } from './keys.ts';
import { isSubjectFrame } from './subject-frame.ts';

/** How `aesGcm` encrypts. */
export interface AesGcmOptions {
  /** Each key by its id: 32 bytes, or the base64 text of them. Keep a key for as long as something is stored with it. */
  readonly keys: Keys;
  /** The id of the key for what is written from now on. It may be left out if there is one key only. */
  readonly current?: string;
  /**
   * Reads states that are not encrypted too, while a store is on its way from plain to encrypted. Off unless given:
   * whoever can write to the store could slip in states of their own.
   */
  readonly acceptPlaintext?: boolean;
}

/** The header: the number of this format, the length of the key's id, the id. */
const FORMAT = 1;

/** The cipher, on any implementation of AES-256-GCM. All of them write and read the same bytes. */
export class AesGcmCipher implements Cipher {
  readonly #aeads = new Map<string, Aead>();
  readonly #current: { readonly aead: Aead; readonly header: Uint8Array };
  readonly #acceptPlaintext: boolean;
  readonly #random = new RandomBytes();
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();

  constructor(options: AesGcmOptions, aeadOf: AeadOf) {
    const keys = parsedKeys(options.keys);
    for (const [id, key] of keys) this.#aeads.set(id, aeadOf(key));
    const id = currentId(options.current, [...keys.keys()]);
    const aead = this.#aeads.get(id);
    if (aead === undefined) {
      throw new ArgumentError(`The current key of aesGcm is ${id}, and there is no such key (${listed(keys)}).`);
    }
    const idBytes = this.#encoder.encode(id);
    this.#current = { aead, header: Uint8Array.of(FORMAT, idBytes.length, ...idBytes) };
    this.#acceptPlaintext = options.acceptPlaintext ?? false;
  }

  encrypt(state: Uint8Array, context: StateContext): Uint8Array {
    const { aead, header } = this.#current;
    return sealed(aead, header, this.#random.take(NONCE_LENGTH), state, context);
  }

  decrypt(bytes: Uint8Array, context: StateContext): Uint8Array {
    if (bytes[0] !== FORMAT) {
      if (this.#acceptPlaintext) return bytes;
      throw new CipherError('ES_DECRYPTION', `${described(context)} is ${whatElse(bytes)}`, context);
    }
    const headerLength = 2 + (bytes[1] ?? 0);
    checkLength(bytes, headerLength, context);
    const keyId = this.#decoder.decode(bytes.subarray(2, headerLength));
    const aead = this.#aeads.get(keyId);
    if (aead === undefined) {
      throw new CipherError(
        'ES_KEY_UNKNOWN',
        `${described(context)} is encrypted with the key ${JSON.stringify(keyId)}, and the cipher has no such key ` +
          `(${listed(this.#aeads)}). Add it to the keys.`,
        context,
        { keyId },
      );
    }
    try {
      return unsealed(aead, bytes, headerLength, context);
    } catch (cause) {
      throw new CipherError(
        'ES_DECRYPTION',
        `${described(context)} cannot be decrypted with the key ${JSON.stringify(keyId)}: either this is another key of ` +
          'the same id, or the stored bytes, version, topic or aggregate id have been altered.',
        context,
        { cause, keyId },
      );
    }
  }
}

function whatElse(bytes: Uint8Array): string {
  return isSubjectFrame(bytes)
    ? 'encrypted with the key of a subject, or damaged. Construct the cipher with subjectKeys(…).'
    : 'not encrypted, or damaged. If it was stored before encryption was switched on, construct the cipher with ' +
        'acceptPlaintext: true.';
}

function currentId(current: string | undefined, ids: readonly string[]): string {
  if (current !== undefined) return current;
  const [only, ...others] = ids;
  if (only !== undefined && others.length === 0) return only;
  throw new ArgumentError(
    `aesGcm was given ${ids.length} keys (${ids.join(', ')}). Say with \`current\` which of them encrypts.`,
  );
}

function listed(keys: ReadonlyMap<string, unknown>): string {
  return `it has ${[...keys.keys()].join(', ')}`;
}
