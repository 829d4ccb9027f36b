import type { SelectOptions, SnapshotRecorder, StoredSnapshot } from '../index.ts';
import * as assert from './assertion.ts';
import { rejection } from './rejection.ts';
import type { RecorderCase } from './subject.ts';

/** The snapshot recorders to test. */
export interface SnapshotRecorderUnderTest {
  /** Makes a recorder with nothing in it. */
  create(): Promise<SnapshotRecorder>;
}

/** What the interface `SnapshotRecorder` promises, one case for each promise. */
export function snapshotCases({ create }: SnapshotRecorderUnderTest): readonly RecorderCase[] {
  const cases: RecorderCase[] = [];
  const add = (name: string, run: (recorder: SnapshotRecorder) => Promise<void>) =>
    cases.push({ name, run: async () => run(await create()) });

  add('a snapshot comes back as it was stored', async (recorder) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const snapshot = { aggregateId: "it's 犬", version: Number.MAX_SAFE_INTEGER, topic: 'Ünder', state: bytes };
    await recorder.put(snapshot);
    assert.deepEqual(await recorder.select(snapshot.aggregateId), [snapshot]);
    assert.deepEqual(await recorder.select('another'), []);
  });

  add('one of the same version is replaced', async (recorder) => {
    await recorder.put(snapshotOf('a', 1));
    await recorder.put(snapshotOf('a', 2, 'first'));
    await recorder.put({ ...snapshotOf('a', 2, 'second'), topic: 'Other' });
    assert.deepEqual(await recorder.select('a'), [
      snapshotOf('a', 1),
      { ...snapshotOf('a', 2, 'second'), topic: 'Other' },
    ]);
  });

  add('snapshots of one aggregate are selected by version', async (recorder) => {
    for (const version of [5, 1, 9, 3]) await recorder.put(snapshotOf('a', version));
    await recorder.put(snapshotOf('b', 2));
    const versions = async (options?: SelectOptions) => (await recorder.select('a', options)).map((s) => s.version);
    assert.deepEqual(await versions(), [1, 3, 5, 9]);
    assert.deepEqual(await versions({ lte: 6, desc: true, limit: 1 }), [5]);
    assert.deepEqual(await versions({ desc: true, limit: 1 }), [9]);
    assert.deepEqual(await versions({ gt: 1, lte: 5 }), [3, 5]);
    assert.deepEqual(await versions({ lte: 0 }), []);
    assert.deepEqual(await versions({ limit: 0 }), []);
    assert.equal((await rejection(recorder.select('a', { limit: -1 }))).code, 'ES_INVALID_ARGUMENT');
  });

  add('snapshots that not every database can hold are refused', async (recorder) => {
    for (const wrong of [{ aggregateId: 'a\0' }, { topic: '\udc00' }, { version: -1 }]) {
      const error = await rejection(recorder.put({ ...snapshotOf('a', 1), ...wrong }));
      assert.equal(error.code, 'ES_INVALID_ARGUMENT');
    }
    assert.deepEqual(await recorder.select('a'), []);
  });
  return cases;
}

function snapshotOf(aggregateId: string, version: number, text = 'state'): StoredSnapshot {
  return { aggregateId, version, topic: 'Tested', state: new TextEncoder().encode(text) };
}
