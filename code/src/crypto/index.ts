/** `eventsourcing/crypto` where there is no Node. `./node.ts` is the same on Node's own implementation. */
import { gcm } from '@noble/ciphers/aes.js';
import type { Cipher, FromEnv } from '../index.ts';
import { type Aead, AesGcmCipher, type AesGcmOptions } from './aes-gcm.ts';
import { aesGcmFrom } from './from-env.ts';

export type { AesGcmOptions } from './aes-gcm.ts';
export { createKey, type Keys } from './keys.ts';

/**
 * Encrypts the states of events and snapshots with AES-256-GCM. What is stored names its key, so that keys can be
 * changed: add a new one, make it the current one, and keep the old ones for what was written with them. The bytes are
 * bound to their aggregate, version and topic, which themselves stay readable.
 *
 * Nonces are random, so a key should write no more than 2³² states (four thousand million) before the next takes over.
 *
 * @throws {ArgumentError} if a key is not 32 bytes long, or it is not clear which one encrypts.
 * @example
 * ```ts
 * import { Aggregate, Application, event, memory } from 'eventsourcing';
 * import { aesGcm, createKey } from 'eventsourcing/crypto';
 *
 * @event('Dog.Registered', 'name')
 * class Dog extends Aggregate {
 *   constructor(readonly name: string) { super(); }
 * }
 *
 * class DogSchool extends Application {
 *   static aggregates = [Dog];
 * }
 *
 * const store = memory();
 * const [old, recent] = [createKey(), createKey()];
 *
 * const before = new DogSchool({ store, cipher: aesGcm({ keys: { '2026-10': old } }) });
 * const fido = new Dog('Fido');
 * await before.save(fido);
 *
 * const keys = { '2026-10': old, '2026-11': recent };
 * const school = new DogSchool({ store, cipher: aesGcm({ keys, current: '2026-11' }) });
 * console.log((await school.repository.get(Dog, fido.id)).name); // Fido
 *
 * const [stored] = await store.recorder('DogSchool').select(fido.id);
 * console.log(new TextDecoder().decode(stored?.state).includes('Fido')); // false
 * ```
 */
export function aesGcm(options: AesGcmOptions): Cipher {
  return new AesGcmCipher(options, aeadOf);
}

/**
 * The cipher `aesGcm` from variables, for `fromEnv`.
 *
 * @example
 * ```ts
 * import { Application, fromEnv } from 'eventsourcing';
 * import { aesGcmFromEnv, createKey } from 'eventsourcing/crypto';
 *
 * const env = { CIPHER_KEY: createKey(), CIPHER_KEY_ID: '2026-11', CIPHER_OLD_KEYS: `default:${createKey()}` };
 * const options = fromEnv(Application, env, { ciphers: { aesGcm: aesGcmFromEnv } });
 * console.log(Object.keys(options)); // [ 'cipher' ]
 * ```
 */
export const aesGcmFromEnv: FromEnv<Cipher> = aesGcmFrom(aesGcm);

function aeadOf(key: Uint8Array): Aead {
  return {
    encrypt: (nonce, plain, associated) => gcm(key, nonce, associated).encrypt(plain),
    decrypt: (nonce, sealed, associated) => gcm(key, nonce, associated).decrypt(sealed),
  };
}
