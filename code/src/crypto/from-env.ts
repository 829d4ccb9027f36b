import { ArgumentError, type Cipher, type EnvVariable, type FromEnv } from '../index.ts';
import type { AesGcmOptions } from './aes-gcm.ts';

const DEFAULT_KEY_ID = 'default';

const OPTIONS = {
  key: {
    name: 'CIPHER_KEY',
    type: 'text',
    isSecret: true,
    doc: 'The key that encrypts, as createKey() makes it: 32 bytes as base64 text. It has to be set where there is a cipher.',
  },
  keyId: {
    name: 'CIPHER_KEY_ID',
    type: 'text',
    doc: `The id of that key, which is stored with what it encrypts; ${DEFAULT_KEY_ID} unless set.`,
  },
  oldKeys: {
    name: 'CIPHER_OLD_KEYS',
    type: 'text',
    isSecret: true,
    doc: 'Keys that decrypt what was written before the present one: id:key,id:key.',
  },
  acceptPlaintext: {
    name: 'CIPHER_ACCEPT_PLAINTEXT',
    type: 'boolean',
    doc: 'Whether states that are not encrypted are read too; no unless set.',
  },
} as const satisfies Record<string, EnvVariable>;

/** The cipher from variables, whichever implementation of AES it is on. */
export function aesGcmFrom(aesGcm: (options: AesGcmOptions) => Cipher): FromEnv<Cipher> {
  return {
    variables: Object.values(OPTIONS),
    create(env) {
      const key = env.requiredText(OPTIONS.key);
      const current = env.text(OPTIONS.keyId) ?? DEFAULT_KEY_ID;
      const oldKeys = env.blame(OPTIONS.oldKeys, () => parsed(env.text(OPTIONS.oldKeys), current));
      const acceptPlaintext = env.boolean(OPTIONS.acceptPlaintext) ?? false;
      // One after the other, so that the error names the variable that the wrong key is in.
      env.blame(OPTIONS.key, () => aesGcm({ keys: { key } }));
      env.blame(OPTIONS.keyId, () => aesGcm({ keys: { [current]: key } }));
      return env.blame(OPTIONS.oldKeys, () =>
        aesGcm({ keys: { ...oldKeys, [current]: key }, current, acceptPlaintext }),
      );
    },
  };
}

function parsed(list: string | undefined, current: string): Record<string, string> {
  const keys = new Map<string, string>();
  for (const item of list?.split(',') ?? []) {
    // The text itself stays out of messages: some of it is a key.
    const [, id, key] = /^\s*([^:]+):(\S+)\s*$/.exec(item) ?? [];
    if (id === undefined || key === undefined) {
      throw new ArgumentError('It must be a list of ids and keys, like 2026-10:<key>,2026-11:<key>.');
    }
    if (id === current || keys.has(id)) throw new ArgumentError(`There are two keys with the id ${id}.`);
    keys.set(id, key);
  }
  return Object.fromEntries(keys);
}
