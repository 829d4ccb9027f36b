import { ArgumentError, type BooleanVariable, type Cipher, type FromEnv, type TextVariable } from '../index.ts';
import type { AesGcmOptions } from './aes-gcm.ts';

const DEFAULT_KEY_ID = 'default';

const KEY: TextVariable = {
  name: 'CIPHER_KEY',
  type: 'text',
  isSecret: true,
  doc: 'The key that encrypts, as createKey() makes it: 32 bytes as base64 text. It has to be set where there is a cipher.',
};
const KEY_ID: TextVariable = {
  name: 'CIPHER_KEY_ID',
  type: 'text',
  doc: `The id of that key, which is stored with what it encrypts; ${DEFAULT_KEY_ID} unless set.`,
};
const OLD_KEYS: TextVariable = {
  name: 'CIPHER_OLD_KEYS',
  type: 'text',
  isSecret: true,
  doc: 'Keys that decrypt what was written before the present one: id:key,id:key.',
};
const ACCEPT_PLAINTEXT: BooleanVariable = {
  name: 'CIPHER_ACCEPT_PLAINTEXT',
  type: 'boolean',
  doc: 'Whether states that are not encrypted are read too; no unless set.',
};

/** The cipher from variables, whichever implementation of AES it is on. */
export function aesGcmFrom(aesGcm: (options: AesGcmOptions) => Cipher): FromEnv<Cipher> {
  return {
    variables: [KEY, KEY_ID, OLD_KEYS, ACCEPT_PLAINTEXT],
    create(env) {
      const key = env.requiredText(KEY);
      const current = env.text(KEY_ID) ?? DEFAULT_KEY_ID;
      const oldKeys = env.blame(OLD_KEYS, () => parsed(env.text(OLD_KEYS), current));
      const acceptPlaintext = env.boolean(ACCEPT_PLAINTEXT) ?? false;
      // One after the other, so that the error names the variable that the wrong key is in.
      env.blame(KEY, () => aesGcm({ keys: { key } }));
      env.blame(KEY_ID, () => aesGcm({ keys: { [current]: key } }));
      return env.blame(OLD_KEYS, () => aesGcm({ keys: { ...oldKeys, [current]: key }, current, acceptPlaintext }));
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
