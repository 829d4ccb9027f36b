import { expect, test } from 'vitest';
import * as elsewhere from '../../../code/src/crypto/index.ts';
import * as node from '../../../code/src/crypto/node.ts';
import { counts } from './counts.ts';
import { grouped, shown } from './shown.ts';

/** Where the nonce is: after the version, the length of the key's id, and the id, which is one byte here. */
const NONCE = { start: 3, end: 15 };

test.for([
  ['on Node', node],
  ['elsewhere', elsewhere],
] as const)('no two encryptions have the same nonce, %s', ([where, { aesGcm, createKey }], context) => {
  const cipher = aesGcm({ keys: { k: createKey() } });
  const place = { kind: 'event', aggregateId: 'dog-1', version: 1, topic: 'Dog.Registered' } as const;
  const state = new Uint8Array(1);
  const nonces = new Set<string>();
  for (let n = 0; n < counts.encryptions; n++) {
    const { buffer, byteOffset, byteLength } = cipher.encrypt(state, place);
    nonces.add(Buffer.from(buffer, byteOffset, byteLength).toString('latin1', NONCE.start, NONCE.end));
  }
  expect(nonces.size).toBe(counts.encryptions);
  shown(context, `${grouped(counts.encryptions)} encryptions with one key, as done ${where}: no nonce came twice`);
});
