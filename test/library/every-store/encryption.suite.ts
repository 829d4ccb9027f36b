import {
  Aggregate,
  Application,
  type Cipher,
  CipherError,
  type Compressor,
  event,
  MemoryKeyRecorder,
  type StoredEvent,
  type StoredSnapshot,
  type SubjectCipher,
} from 'eventsourcing';
import { zlib } from 'eventsourcing/compression';
import { aesGcm, createKey, subjectKeys } from 'eventsourcing/crypto';
import { describe, expect, test } from 'vitest';
import { Dog, DogSchool } from '../support/dog.ts';
import { rejectionOf } from '../support/errors.ts';
import type { TestedStore } from './stores.ts';

@event('Page.Written', 'title', 'body')
class Page extends Aggregate {
  constructor(
    readonly title: string,
    public body: string,
  ) {
    super();
  }
  @event('BodyChanged', 'body')
  change(body: string) {
    this.body = body;
  }
}

class Wiki extends Application {
  static aggregates = [Page];
}

const keys = { '2026-11': createKey() };

const ciphers: [string, () => Cipher | SubjectCipher][] = [
  ['one key', () => aesGcm({ keys })],
  ['a key for each subject', () => subjectKeys(aesGcm({ keys }), { keys: new MemoryKeyRecorder() })],
];

/** What must hold for compressed and encrypted states on every store. */
export function encryptionSuite({ name, emptied: createStore }: TestedStore): void {
  /** Stores events as they are given, and reads their aggregate. */
  async function readBack(events: readonly StoredEvent[], cipher: Cipher | SubjectCipher, compressor?: Compressor) {
    const store = await createStore();
    await store.recorder('DogSchool').insert(events);
    const school = new DogSchool({ store, cipher, ...(compressor && { compressor }) });
    return await school.repository.get(Dog, events[0]?.aggregateId ?? '');
  }

  async function storedDog(cipher: Cipher | SubjectCipher) {
    const store = await createStore();
    const school = new DogSchool({ store, cipher });
    const id = await school.registerDog('Fido');
    await school.addTrick(id, 'roll over');
    await school.addTrick(id, 'play dead');
    return await store.recorder('DogSchool').select(id);
  }

  describe(`encryption on ${name}`, () => {
    test('nothing of what an event says is to be seen in the store', async () => {
      const store = await createStore();
      const school = new DogSchool({ store, cipher: aesGcm({ keys }) });
      const id = await school.registerDog('Fido');
      await school.addTrick(id, 'roll over');
      expect(await school.getDog(id)).toEqual({ name: 'Fido', tricks: ['roll over'] });
      expect((await school.notificationLog.select()).map((n) => n.payload)).toEqual([
        { name: 'Fido' },
        { trick: 'roll over' },
      ]);
      const recorder = store.recorder('DogSchool');
      for (const stored of [...(await recorder.select(id)), ...(await recorder.selectNotifications())]) {
        const seen = new TextDecoder('latin1').decode(stored.state);
        expect(seen).not.toMatch(/Fido|roll|timestamp|payload/);
        expect(seen).toContain('2026-11');
      }
    });

    test.each(ciphers)('whichever byte is changed, and wherever it is cut, is an error with %s', async (_, create) => {
      const cipher = create();
      const [first, ...others] = await storedDog(cipher);
      if (first === undefined) throw new Error('Nothing was stored.');
      expect((await readBack([first, ...others], cipher)).name).toBe('Fido');
      for (let index = 0; index < first.state.length; index++) {
        const state = Uint8Array.from(first.state);
        state[index] = (state[index] ?? 0) ^ (1 << (index % 8));
        const error = await rejectionOf(readBack([{ ...first, state }], cipher));
        expect(error).toBeInstanceOf(CipherError);
        expect(error).toMatchObject({ aggregateId: first.aggregateId, version: 1, topic: 'Dog.Registered' });
      }
      for (let length = 0; length < first.state.length; length++) {
        const error = await rejectionOf(readBack([{ ...first, state: first.state.slice(0, length) }], cipher));
        expect(error.code).toBe('ES_DECRYPTION');
      }
    });

    test('a wrong key and a missing key are errors that name the key', async () => {
      const events = await storedDog(aesGcm({ keys }));
      const wrong = await rejectionOf(readBack(events, aesGcm({ keys: { '2026-11': createKey() } })));
      expect(wrong).toBeInstanceOf(CipherError);
      expect(wrong).toMatchObject({ code: 'ES_DECRYPTION', keyId: '2026-11', version: 1 });
      expect(wrong.message).toContain('"2026-11"');
      expect(wrong.cause).toBeInstanceOf(Error);
      const missing = await rejectionOf(readBack(events, aesGcm({ keys: { '2026-12': createKey() } })));
      expect(missing).toBeInstanceOf(CipherError);
      expect(missing).toMatchObject({ code: 'ES_KEY_UNKNOWN', keyId: '2026-11', topic: 'Dog.Registered' });
      expect(missing.message).toMatch(/"2026-11".*it has 2026-12/);
    });

    test.each(ciphers)('states cannot be swapped, nor moved to elsewhere, with %s', async (_, create) => {
      const cipher = create();
      const events = await storedDog(cipher);
      const [one, two, three] = events;
      if (one === undefined || two === undefined || three === undefined) throw new Error('Too little was stored.');
      const altered: Record<string, StoredEvent[]> = {
        swapped: [one, { ...two, state: three.state }, { ...three, state: two.state }],
        repeated: [one, two, { ...three, state: two.state }],
        version: [one, { ...three, version: 2 }],
        topic: [one, { ...two, topic: 'Dog.Registered' }],
        aggregate: events.map((each) => ({ ...each, aggregateId: 'another' })),
      };
      for (const [what, stored] of Object.entries(altered)) {
        expect((await rejectionOf(readBack(stored, cipher))).code, what).toBe('ES_DECRYPTION');
      }
    });

    test.each(ciphers)('the bytes of snapshots cannot be changed or moved with %s', async (_, create) => {
      const store = await createStore();
      const school = new DogSchool({ store, cipher: create(), snapshots: { every: 1 } });
      const id = await school.registerDog('Fido');
      await school.addTrick(id, 'sit');
      const recorder = store.snapshotRecorder?.('DogSchool');
      const [one, two] = (await recorder?.select(id)) ?? [];
      if (recorder === undefined || one === undefined || two === undefined) throw new Error('Too little was stored.');
      const readLatest = async (altered: StoredSnapshot) => {
        await recorder.put(altered);
        return await school.repository.get(Dog, altered.aggregateId);
      };
      for (let index = 0; index < two.state.length; index++) {
        const state = Uint8Array.from(two.state);
        state[index] = (state[index] ?? 0) ^ (1 << (index % 8));
        const error = await rejectionOf(readLatest({ ...two, state }));
        expect(error).toBeInstanceOf(CipherError);
        expect(error).toMatchObject({ aggregateId: id, version: 2, topic: 'Dog' });
      }
      const [event] = await store.recorder('DogSchool').select(id, { gt: 1 });
      const altered: Record<string, StoredSnapshot> = {
        swapped: { ...two, state: one.state },
        cut: { ...two, state: two.state.slice(0, -1) },
        topic: { ...two, topic: 'Cat' },
        aggregate: { ...two, aggregateId: 'another' },
        event: { ...two, state: event?.state ?? new Uint8Array() },
        version: { ...two, version: 3 },
      };
      for (const [what, each] of Object.entries(altered)) {
        expect((await rejectionOf(readLatest(each))).code, what).toBe('ES_DECRYPTION');
        await recorder.put(two);
      }
    });

    test('keys are rotated: new states are written with the current key, old ones read with theirs', async () => {
      const store = await createStore();
      const before = new DogSchool({ store, cipher: aesGcm({ keys }) });
      const id = await before.registerDog('Fido');
      const both = { ...keys, '2026-12': createKey() };
      const after = new DogSchool({ store, cipher: aesGcm({ keys: both, current: '2026-12' }) });
      await after.addTrick(id, 'sit');
      expect(await after.getDog(id)).toEqual({ name: 'Fido', tricks: ['sit'] });
      expect(await rejectionOf(before.getDog(id))).toMatchObject({
        code: 'ES_KEY_UNKNOWN',
        keyId: '2026-12',
        version: 2,
      });
    });

    test('a store can go from plain to encrypted', async () => {
      const store = await createStore();
      const plain = new DogSchool({ store });
      const id = await plain.registerDog('Fido');
      const strict = new DogSchool({ store, cipher: aesGcm({ keys }) });
      const refused = await rejectionOf(strict.getDog(id));
      expect(refused).toMatchObject({ code: 'ES_DECRYPTION', keyId: undefined });
      expect(refused.message).toContain('acceptPlaintext');
      const lenient = new DogSchool({ store, cipher: aesGcm({ keys, acceptPlaintext: true }) });
      await lenient.addTrick(id, 'sit');
      expect(await lenient.getDog(id)).toEqual({ name: 'Fido', tricks: ['sit'] });
      const unaware = await rejectionOf(plain.getDog(id));
      expect(unaware).toMatchObject({ code: 'ES_STATE_DAMAGED', version: 2 });
      expect(unaware.message).toMatch(/looks encrypted.*no cipher/);
    });

    test('a state is compressed before it is encrypted', async () => {
      const sizes: number[] = [];
      const body = 'All work and no play. '.repeat(200);
      for (const options of [{}, { compressor: zlib() }]) {
        const store = await createStore();
        const wiki = new Wiki({ store, cipher: aesGcm({ keys }), ...options });
        const page = new Page('Work', body);
        await wiki.save(page);
        expect((await wiki.repository.get(Page, page.id)).body).toBe(body);
        sizes.push((await store.recorder('Wiki').select(page.id))[0]?.state.length ?? 0);
      }
      expect(sizes[0]).toBeGreaterThan(4000);
      expect(sizes[1]).toBeLessThan(300);
    });
  });

  describe(`compression on ${name}`, () => {
    test('can be switched on at any time, and what is short stays as it is', async () => {
      const store = await createStore();
      const page = new Page('Work', 'play '.repeat(500));
      await new Wiki({ store }).save(page);
      const wiki = new Wiki({ store, compressor: zlib() });
      const copy = await wiki.repository.get(Page, page.id);
      copy.change('work '.repeat(500));
      copy.change('犬 🐶');
      await wiki.save(copy);
      expect((await wiki.repository.get(Page, page.id)).equals(copy)).toBe(true);
      expect((await store.recorder('Wiki').select(page.id)).map(({ state }) => [state[0], state.length < 200])).toEqual(
        [
          [0x7b, false],
          [0x78, true],
          [0x7b, true],
        ],
      );
      const unaware = await rejectionOf(new Wiki({ store }).repository.get(Page, page.id));
      expect(unaware).toMatchObject({ code: 'ES_STATE_DAMAGED', version: 2 });
      expect(unaware.message).toMatch(/looks compressed.*no compressor/);
    });

    test('a decompression bomb is refused, and so is what could not be read back', async () => {
      const store = await createStore();
      const page = new Page('Work', ' '.repeat(1_000_000));
      await new Wiki({ store, compressor: zlib() }).save(page);
      const small = new Wiki({ store, compressor: zlib({ maxSize: 100_000 }) });
      const error = await rejectionOf(small.repository.get(Page, page.id));
      expect(error).toMatchObject({ code: 'ES_STATE_DAMAGED', aggregateId: page.id, version: 1 });
      expect(error.message).toMatch(/more than 100000/);
      const large = new Page('Work', ' '.repeat(100_000));
      expect(await rejectionOf(small.save(large))).toMatchObject({ code: 'ES_INVALID_ARGUMENT' });
      expect(large.pendingEvents).toHaveLength(1);
    });
  });
}
