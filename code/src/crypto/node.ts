/** `eventsourcing/crypto` where there is Node, whose own AES is several times as fast. */
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import type { Cipher, FromEnv, SubjectCipher } from '../index.ts';
import { AesGcmCipher, type AesGcmOptions } from './aes-gcm.ts';
import type { Aead } from './frame.ts';
import { aesGcmFrom } from './from-env.ts';
import { SubjectKeysCipher, type SubjectKeysOptions } from './subject-keys.ts';

export type { AesGcmOptions } from './aes-gcm.ts';
export { createKey, type Keys } from './keys.ts';
export type { SubjectKeysOptions } from './subject-keys.ts';

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

/** See `subjectKeys` in `./index.ts`, which does the same. */
export function subjectKeys(master: Cipher, options: SubjectKeysOptions = {}): SubjectCipher {
  return new SubjectKeysCipher(master, options, aeadOf);
}

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
