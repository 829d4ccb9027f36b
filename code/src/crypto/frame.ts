import { joined } from '../domain/values/joined.ts';
import { CipherError, type StateContext } from '../index.ts';

/** AES-256-GCM with one key, as a platform has it. The tag of 16 bytes follows the encrypted bytes. */
export interface Aead {
  encrypt(nonce: Uint8Array, plain: Uint8Array, associated: Uint8Array): Uint8Array;
  /** @throws if the key, the nonce, the bytes or the associated bytes are not those of the encryption. */
  decrypt(nonce: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array;
}

/** Makes it from the 32 bytes of a key. */
export type AeadOf = (key: Uint8Array) => Aead;

export const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const encoder = new TextEncoder();

/**
 * What is stored: a header, which names the format and the key, the nonce, the encrypted bytes, the tag. The tag also
 * covers the header, and where the state belongs.
 */
export function sealed(
  aead: Aead,
  header: Uint8Array,
  nonce: Uint8Array,
  state: Uint8Array,
  context: StateContext,
): Uint8Array {
  return joined([header, nonce, aead.encrypt(nonce, state, associated(header, context))]);
}

/**
 * The state in what `sealed` has made.
 *
 * @throws whatever the `Aead` throws, if anything is not as it was.
 */
export function unsealed(aead: Aead, bytes: Uint8Array, headerLength: number, context: StateContext): Uint8Array {
  const nonceEnd = headerLength + NONCE_LENGTH;
  const header = bytes.subarray(0, headerLength);
  return aead.decrypt(bytes.subarray(headerLength, nonceEnd), bytes.subarray(nonceEnd), associated(header, context));
}

/** @throws {CipherError} if the bytes end before there is all that a header of this length is followed by. */
export function checkLength(bytes: Uint8Array, headerLength: number, context: StateContext): void {
  if (bytes.length >= headerLength + NONCE_LENGTH + TAG_LENGTH) return;
  throw new CipherError('ES_DECRYPTION', `${described(context)} is damaged: bytes are missing.`, context);
}

/** What is encrypted, for the beginning of a message. */
export function described({ kind, aggregateId, version, topic }: StateContext): string {
  if (kind === 'key') return `The key of the subject ${aggregateId}`;
  return `${kind === 'event' ? 'Version' : 'The snapshot of version'} ${version} of ${aggregateId} (${topic})`;
}

function associated(header: Uint8Array, { kind, aggregateId, version, topic }: StateContext): Uint8Array {
  // JSON, because parts that are merely joined could be divided in another way.
  return joined([header, encoder.encode(JSON.stringify([kind, aggregateId, version, topic]))]);
}
