import { RandomBytes } from '../domain/random-bytes.ts';
import { ArgumentError, type Cipher, CipherError, type StateContext } from '../index.ts';
import { type Keys, parsedKeys } from './keys.ts';

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

/** AES-256-GCM with one key, as a platform has it. The tag of 16 bytes follows the encrypted bytes. */
export interface Aead {
  encrypt(nonce: Uint8Array, plain: Uint8Array, associated: Uint8Array): Uint8Array;
  /** @throws if the key, the nonce, the bytes or the associated bytes are not those of the encryption. */
  decrypt(nonce: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array;
}

/**
 * What is stored: the number of this format, the length of the key's id, the id, the nonce, the encrypted bytes, the tag.
 * The tag also covers what stands before the nonce, and where the state belongs.
 */
const FORMAT = 1;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/** The cipher, on any implementation of AES-256-GCM. All of them write and read the same bytes. */
export class AesGcmCipher implements Cipher {
  readonly #aeads = new Map<string, Aead>();
  readonly #current: { readonly aead: Aead; readonly header: Uint8Array };
  readonly #acceptPlaintext: boolean;
  readonly #random = new RandomBytes();
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();

  constructor(options: AesGcmOptions, aeadOf: (key: Uint8Array) => Aead) {
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
    const nonce = this.#random.take(NONCE_LENGTH);
    return joined(header, nonce, aead.encrypt(nonce, state, this.#associated(header, context)));
  }

  decrypt(bytes: Uint8Array, context: StateContext): Uint8Array {
    if (bytes[0] !== FORMAT) {
      if (this.#acceptPlaintext) return bytes;
      throw new CipherError(
        'ES_DECRYPTION',
        `${described(context)} is not encrypted, or damaged. If it was stored before encryption was switched on, construct ` +
          'the cipher with acceptPlaintext: true.',
        context,
      );
    }
    const headerLength = 2 + (bytes[1] ?? 0);
    const nonceEnd = headerLength + NONCE_LENGTH;
    if (bytes.length < nonceEnd + TAG_LENGTH) {
      throw new CipherError('ES_DECRYPTION', `${described(context)} is damaged: bytes are missing.`, context);
    }
    const header = bytes.subarray(0, headerLength);
    const keyId = this.#decoder.decode(header.subarray(2));
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
      const nonce = bytes.subarray(headerLength, nonceEnd);
      return aead.decrypt(nonce, bytes.subarray(nonceEnd), this.#associated(header, context));
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

  #associated(header: Uint8Array, { kind, aggregateId, version, topic }: StateContext): Uint8Array {
    // JSON, because parts that are merely joined could be divided in another way.
    return joined(header, this.#encoder.encode(JSON.stringify([kind, aggregateId, version, topic])));
  }
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

function described({ kind, aggregateId, version, topic }: StateContext): string {
  return `${kind === 'event' ? 'Version' : 'The snapshot of version'} ${version} of ${aggregateId} (${topic})`;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}
