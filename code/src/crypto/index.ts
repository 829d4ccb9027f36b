/** `eventsourcing/crypto` where there is no Node. `./node.ts` is the same on Node's own implementation. */
import { gcm } from '@noble/ciphers/aes.js';
import type { Cipher, FromEnv, SubjectCipher } from '../index.ts';
import { AesGcmCipher, type AesGcmOptions } from './aes-gcm.ts';
import type { Aead } from './frame.ts';
import { aesGcmFrom } from './from-env.ts';
import { SubjectKeysCipher, type SubjectKeysOptions } from './subject-keys.ts';

export type { AesGcmOptions } from './aes-gcm.ts';
export { createKey, type Keys } from './keys.ts';
export type { SubjectKeysOptions } from './subject-keys.ts';

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

/**
 * Encrypts what is stored of each subject (of each aggregate, unless told otherwise) with a key of its own, so that
 * `application.forget(subject)` can erase it: it destroys the key. The keys are kept in the store of the application, or
 * where `keys` says, each wrapped: encrypted with the master cipher.
 *
 * Keys are looked up for each reading and each save, all that it needs in one query, and are never kept from one to the
 * next. After `forget` has resolved, no process reads anything of the subject, nor saves anything for it. A save that had
 * its keys before looks again once it is stored, and throws a `ForgottenError` with `isStored` if it came too late.
 *
 * @param master wraps the keys of subjects. See `aesGcm`.
 * @example
 * ```ts
 * import { Aggregate, Application, event, memory } from 'eventsourcing';
 * import { aesGcm, createKey, subjectKeys } from 'eventsourcing/crypto';
 *
 * @event('Order.Placed', 'customerId', 'address')
 * class Order extends Aggregate {
 *   constructor(readonly customerId: string, readonly address: string) { super(); }
 * }
 *
 * class Shop extends Application {
 *   static aggregates = [Order];
 * }
 *
 * const cipher = subjectKeys(aesGcm({ keys: { '2026-11': createKey() } }), {
 *   // All orders of a customer are forgotten together.
 *   subjectOf: (event, order) => (order instanceof Order ? order.customerId : event.aggregateId),
 * });
 * const shop = new Shop({ store: memory(), cipher });
 * const order = new Order('customer-7', '1 High Street');
 * await shop.save(order);
 *
 * await shop.forget('customer-7');
 * console.log(await shop.repository.has(Order, order.id)); // false
 * const error = await shop.save(new Order('customer-7', '2 High Street')).catch((caught) => caught);
 * console.log(error.code); // ES_FORGOTTEN
 * ```
 */
export function subjectKeys(master: Cipher, options: SubjectKeysOptions = {}): SubjectCipher {
  return new SubjectKeysCipher(master, options, aeadOf);
}

function aeadOf(key: Uint8Array): Aead {
  return {
    encrypt: (nonce, plain, associated) => gcm(key, nonce, associated).encrypt(plain),
    decrypt: (nonce, sealed, associated) => gcm(key, nonce, associated).decrypt(sealed),
  };
}
