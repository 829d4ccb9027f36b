import type { KeyRecorder, StoredKey } from '../index.ts';
import * as assert from './assertion.ts';
import { rejection } from './rejection.ts';
import type { RecorderCase } from './subject.ts';

/** The recorders of keys to test. */
export interface KeyRecorderUnderTest {
  /**
   * Makes recorders of one new place with nothing in it: on connections of their own, if there are connections.
   *
   * @param count how many recorders.
   */
  create(count: number): Promise<readonly KeyRecorder[]>;
}

const MANY = 1_500;

/** What the interface `KeyRecorder` promises, one case for each promise. */
export function keyCases({ create }: KeyRecorderUnderTest): readonly RecorderCase[] {
  const cases: RecorderCase[] = [];
  const add = (name: string, run: (recorder: KeyRecorder, other: KeyRecorder) => Promise<void>) =>
    cases.push({
      name,
      run: async () => {
        const [recorder, other] = await create(2);
        assert.ok(recorder && other, 'The function create was to make two recorders.');
        await run(recorder, other);
      },
    });

  add('a key comes back as it was stored', async (recorder, other) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const keys = [{ subject: "it's 犬 \\ % _ \n", key: bytes }, keyOf('a', 'one'), keyOf('A', 'two')];
    assert.deepEqual(sorted(await recorder.insert(keys)), sorted(keys));
    assert.deepEqual(sorted(await other.select(keys.map((key) => key.subject))), sorted(keys));
    assert.deepEqual(await other.select(['a', 'unknown', 'a']), [keyOf('a', 'one')]);
    assert.deepEqual(await other.select([]), []);
    assert.deepEqual(await recorder.insert([]), []);
  });

  add('a subject keeps the key that it got first', async (recorder, other) => {
    await recorder.insert([keyOf('a', 'first')]);
    const kept = await other.insert([keyOf('b', 'new'), keyOf('a', 'second')]);
    assert.deepEqual(sorted(kept), [keyOf('a', 'first'), keyOf('b', 'new')]);
    assert.deepEqual(await recorder.select(['a']), [keyOf('a', 'first')]);
  });

  add('writers that race to make the key of a subject end up with one', async () => {
    const recorders = await create(6);
    for (let round = 0; round < 10; round++) {
      const subjects = Array.from({ length: 5 }, (_, index) => `${round} ${index}`);
      const outcomes = await Promise.all(
        recorders.map((recorder, writer) => {
          const order = writer % 2 === 0 ? subjects : subjects.toReversed();
          return recorder.insert(order.map((subject) => keyOf(subject, `by ${writer}`)));
        }),
      );
      for (const outcome of outcomes) assert.deepEqual(sorted(outcome), sorted(outcomes[0] ?? []));
      assert.equal(outcomes[0]?.length, subjects.length);
    }
  });

  add('a key that is destroyed is gone for good, and for everybody', async (recorder, other) => {
    await recorder.insert([keyOf('a'), keyOf('b')]);
    assert.equal(await other.forget('a'), true);
    assert.deepEqual(sorted(await recorder.select(['a', 'b'])), [{ subject: 'a', key: undefined }, keyOf('b')]);
    assert.deepEqual(await recorder.insert([keyOf('a', 'again')]), [{ subject: 'a', key: undefined }]);
    await recorder.replace([keyOf('a', 'again')]);
    assert.equal(await recorder.forget('a'), false);
    assert.deepEqual(await other.select(['a']), [{ subject: 'a', key: undefined }]);
  });

  add('a subject can be forgotten before it has a key', async (recorder, other) => {
    assert.equal(await recorder.forget('a'), false);
    assert.deepEqual(await other.insert([keyOf('a')]), [{ subject: 'a', key: undefined }]);
  });

  add('writers that race to forget agree that it is forgotten', async () => {
    const recorders = await create(4);
    const [first] = recorders;
    await Promise.all(
      recorders.map((recorder, index) => (index % 2 === 0 ? recorder.forget('a') : recorder.insert([keyOf('a')]))),
    );
    assert.deepEqual(await first?.select(['a']), [{ subject: 'a', key: undefined }]);
  });

  add('keys are replaced, and none is made by that', async (recorder, other) => {
    await recorder.insert([keyOf('a'), keyOf('b')]);
    await recorder.replace([keyOf('a', 'another one'), keyOf('c')]);
    assert.deepEqual(sorted(await other.select(['a', 'b', 'c'])), [keyOf('a', 'another one'), keyOf('b')]);
    await recorder.replace([]);
  });

  add('many keys are stored, selected and listed at once', async (recorder, other) => {
    const keys = Array.from({ length: MANY }, (_, index) => keyOf(`subject ${index}`));
    assert.equal((await recorder.insert(keys)).length, MANY);
    assert.equal((await other.select(keys.map(({ subject }) => subject))).length, MANY);
    await recorder.forget('subject 700');
    const listed: StoredKey[] = [];
    for (;;) {
      const page = await other.list({ after: listed.at(-1)?.subject, limit: 400 });
      for (const key of page) listed.push(key);
      if (page.length < 400) break;
    }
    const expected = keys.map((key) => (key.subject === 'subject 700' ? { ...key, key: undefined } : key));
    assert.deepEqual(sorted(listed), sorted(expected));
  });

  add('subjects that not every database can hold are refused', async (recorder) => {
    for (const subject of ['', 'a\0', '\udc00', 'x'.repeat(1_001)]) {
      for (const refused of [
        () => recorder.select([subject]),
        () => recorder.insert([keyOf('a'), keyOf(subject)]),
        () => recorder.forget(subject),
      ]) {
        assert.equal((await rejection(refused())).code, 'ES_INVALID_ARGUMENT');
      }
    }
    assert.deepEqual(await recorder.select(['a']), []);
    const longest = '犬'.repeat(1_000);
    assert.deepEqual(await recorder.insert([keyOf(longest)]), [keyOf(longest)]);
  });
  return cases;
}

function keyOf(subject: string, text = 'key') {
  return { subject, key: new TextEncoder().encode(text) };
}

function sorted(keys: readonly StoredKey[]): StoredKey[] {
  return [...keys].sort((a, b) => (a.subject < b.subject ? -1 : 1));
}
