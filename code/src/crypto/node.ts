/** `eventsourcing/crypto` where there is Node, whose own AES is several times as fast. */
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import type { Cipher, FromEnv } from '../index.ts';
import { type Aead, AesGcmCipher, type AesGcmOptions } from './aes-gcm.ts';
import { aesGcmFrom } from './from-env.ts';

export type { AesGcmOptions } from './aes-gcm.ts';
export { createKey, type Keys } from './keys.ts';

const ALGORITHM = 'aes-256-gcm';
const TAG_LENGTH = 16;
// Without it, Node accepts tags that were cut short.
const OPTIONS = { authTagLength: TAG_LENGTH } as const;

/** See `aesGcm` in `./index.ts`, which does the same. */
export function aesGcm(options: AesGcmOptions): Cipher {
  return new AesGcmCipher(options, aeadOf);
}

/** See `aesGcmFromEnv` in `./index.ts`, which does the same. */
export const aesGcmFromEnv: FromEnv<Cipher> = aesGcmFrom(aesGcm);

function aeadOf(bytes: Uint8Array): Aead {
  const key = createSecretKey(bytes);
  return {
    encrypt(nonce, plain, associated) {
      const cipher = createCipheriv(ALGORITHM, key, nonce, OPTIONS).setAAD(associated);
      return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    decrypt(nonce, sealed, associated) {
      const decipher = createDecipheriv(ALGORITHM, key, nonce, OPTIONS).setAAD(associated);
      decipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
      return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_LENGTH)), decipher.final()]);
    },
  };
}
