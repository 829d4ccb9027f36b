import { CipherError, MemoryKeyRecorder, type StateContext } from 'eventsourcing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as anywhere from '../../../code/src/crypto/index.ts';
import * as node from '../../../code/src/crypto/node.ts';
import { errorOf, expectCode } from '../support/errors.ts';

const platforms: Record<string, typeof anywhere> = { 'where there is no Node': anywhere, 'in Node': node };

const key = new Uint8Array(32).map((_, index) => index);
const context: StateContext = { kind: 'event', aggregateId: 'dog-1', version: 1, topic: 'Dog.Registered' };
const plain = new TextEncoder().encode('{"timestamp":"2026-11-21T09:30:00.000Z","payload":{"name":"Fido"}}');

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(Object.entries(platforms))('aesGcm %s', (name, { aesGcm, createKey, subjectKeys }) => {
  const other = Object.entries(platforms).find(([each]) => each !== name)?.[1] ?? node;

  test('writes the same bytes as elsewhere', () => {
    vi.spyOn(crypto, 'getRandomValues').mockImplementation((bytes) => {
      if (bytes instanceof Uint8Array) bytes.fill(7);
      return bytes;
    });
    const bytes = aesGcm({ keys: { k: key } }).encrypt(plain, context);
    expect(bytes).toEqual(other.aesGcm({ keys: { k: key } }).encrypt(plain, context));
    expect(bytes.slice(0, 15)).toEqual(Uint8Array.of(1, 1, 'k'.charCodeAt(0), ...new Array(12).fill(7)));
    expect(bytes).toHaveLength(3 + 12 + plain.length + 16);
    // What is stored for ever: this text never changes.
    expect(Buffer.from(bytes.slice(-16)).toString('hex')).toBe('245cb2bd522b0aa79c63a078af9dc0ec');
  });

  test('reads what was written elsewhere', () => {
    const bytes = other.aesGcm({ keys: { k: key } }).encrypt(plain, context);
    expect(Uint8Array.from(aesGcm({ keys: { k: key } }).decrypt(bytes, context))).toEqual(plain);
    const empty = other.aesGcm({ keys: { k: key } }).encrypt(new Uint8Array(), context);
    expect(aesGcm({ keys: { k: key } }).decrypt(empty, context)).toHaveLength(0);
  });

  test('keys of subjects are made and used alike, and what was written elsewhere is read', async () => {
    vi.spyOn(crypto, 'getRandomValues').mockImplementation((bytes) => {
      if (bytes instanceof Uint8Array) bytes.fill(7);
      return bytes;
    });
    const written = await Promise.all(
      [{ aesGcm, subjectKeys }, other].map(async (platform) => {
        const recorder = new MemoryKeyRecorder();
        const keyed = platform.subjectKeys(platform.aesGcm({ keys: { k: key } })).open(recorder);
        const { aggregateId, version, topic } = context;
        const event = { type: topic, aggregateId, version, timestamp: '', payload: {} };
        const cipher = await keyed.toWrite([{ aggregateId, version, event, aggregate: undefined }]);
        return { recorder, state: cipher.encrypt(plain, context), keys: await recorder.select([aggregateId]) };
      }),
    );
    const [here, there] = written;
    if (here === undefined || there === undefined) throw new Error('Nothing was written.');
    expect(here.state).toEqual(there.state);
    expect(here.keys).toEqual(there.keys);
    expect(here.state.slice(0, 8)).toEqual(Uint8Array.of(2, 0, 5, ...new TextEncoder().encode('dog-1')));
    const keyed = subjectKeys(aesGcm({ keys: { k: key } })).open(there.recorder);
    expect(Uint8Array.from((await keyed.toRead([there])).decrypt(there.state, context))).toEqual(plain);
    // What is stored for ever: this text never changes.
    expect(Buffer.from(here.state.slice(-16)).toString('hex')).toBe('d999db5a115cb5b569b851fcfafc2c31');
  });

  test('keys of other sizes are refused, and their bytes are in no message', () => {
    for (const size of [0, 12, 16, 20, 24, 28, 31, 33, 36]) {
      const bytes = new Uint8Array(size).fill(65);
      for (const each of [bytes, btoa(String.fromCharCode(...bytes))]) {
        const error = errorOf(() => aesGcm({ keys: { 'key-1': each } }));
        expect(error).toMatchObject({ code: 'ES_INVALID_ARGUMENT' });
        expect(error.message).toMatch(new RegExp(`key-1 has ${size} bytes`));
        expect(error.message).not.toContain('QUFB');
      }
    }
  });

  test('keys and their ids are checked', () => {
    const loose = (options: unknown): unknown => Reflect.apply(aesGcm, undefined, [options]);
    expectCode(() => loose({ keys: {} }), 'ES_INVALID_ARGUMENT', /no keys/);
    expectCode(() => loose({ keys: { a: undefined } }), 'ES_INVALID_ARGUMENT', /key a is undefined.*variable/);
    expectCode(() => loose({ keys: { a: 'not base64!' } }), 'ES_INVALID_ARGUMENT', /key a is not base64/);
    expectCode(() => loose({ keys: { '': key } }), 'ES_INVALID_ARGUMENT', /1 to 255/);
    expectCode(() => loose({ keys: { ['k'.repeat(256)]: key } }), 'ES_INVALID_ARGUMENT', /has 256/);
    expectCode(() => loose({ keys: { a: key, b: key } }), 'ES_INVALID_ARGUMENT', /2 keys \(a, b\).*current/);
    expectCode(() => loose({ keys: { a: key }, current: 'b' }), 'ES_INVALID_ARGUMENT', /is b.*it has a/);
    const withLongId = aesGcm({ keys: { ['ü'.repeat(127)]: createKey() } });
    expect(Uint8Array.from(withLongId.decrypt(withLongId.encrypt(plain, context), context))).toEqual(plain);
  });

  test('an event’s state is not a snapshot’s', () => {
    const cipher = aesGcm({ keys: { k: key } });
    const error = errorOf(() => cipher.decrypt(cipher.encrypt(plain, context), { ...context, kind: 'snapshot' }));
    expect(error).toBeInstanceOf(CipherError);
    expect(error.message).toMatch(/^The snapshot of version 1 of dog-1/);
  });

  test('a tag that was cut short is refused', () => {
    const cipher = aesGcm({ keys: { k: key } });
    const bytes = cipher.encrypt(new Uint8Array(), context);
    for (const length of [0, 4, 8, 12, 13, 15]) {
      expectCode(() => cipher.decrypt(bytes.slice(0, 15 + length), context), 'ES_DECRYPTION');
    }
    const longer = cipher.encrypt(plain, context);
    for (const cut of [1, 4, 8, 12]) expectCode(() => cipher.decrypt(longer.slice(0, -cut), context), 'ES_DECRYPTION');
  });

  test('created keys are random', () => {
    const made = new Set(Array.from({ length: 100 }, createKey));
    expect(made.size).toBe(100);
    for (const each of made) expect(atob(each)).toHaveLength(32);
  });
});
