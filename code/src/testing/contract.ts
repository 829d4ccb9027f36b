import type { NotificationOptions, Recorder, SelectOptions, StoredNotification } from '../index.ts';
import * as assert from './assertion.ts';
import { rejection } from './rejection.ts';
import { assertConflict, stored } from './stored.ts';
import { createOne, type RecorderCase, type RecorderUnderTest } from './subject.ts';

const DEFAULT_BATCH_SIZE = 1_000;

/** What the interface `Recorder` promises, one case for each promise. */
export function contractCases(subject: RecorderUnderTest): readonly RecorderCase[] {
  const { batchSize = DEFAULT_BATCH_SIZE } = subject;
  const cases: RecorderCase[] = [];
  const add = (name: string, run: (recorder: Recorder) => Promise<void>) =>
    cases.push({ name, run: async () => run(await createOne(subject)) });
  const addRace = (name: string, count: number, run: (recorders: readonly Recorder[]) => Promise<void>) =>
    cases.push({ name, run: async () => run(await subject.create(count)) });

  add('inserting nothing stores nothing', async (recorder) => {
    assert.deepEqual(await recorder.insert([]), []);
    assert.deepEqual(await recorder.selectNotifications(), []);
    assert.equal(await recorder.maxNotificationId(), 0);
  });

  add('an event comes back as it was stored', async (recorder) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const events = [
      { aggregateId: 'a', version: 1, topic: 'Dog.Ünder/犬', state: bytes },
      { aggregateId: "it's 犬 \\ % _ \n", version: 0, topic: 'T', state: new Uint8Array() },
      { aggregateId: 'A', version: Number.MAX_SAFE_INTEGER, topic: 'T', state: bytes.subarray(10, 20) },
    ];
    const ids = await recorder.insert(events);
    for (const event of events) assert.deepEqual(await recorder.select(event.aggregateId), [event]);
    assert.deepEqual(
      await recorder.selectNotifications(),
      events.map((event, index) => ({ id: ids[index], ...event })),
    );
  });

  add('events that not every database can hold are refused', async (recorder) => {
    const good = stored('a', 1);
    for (const wrong of [
      { ...good, aggregateId: 'a\0b' },
      { ...good, aggregateId: '\ud83d' },
      { ...good, topic: 'T\0' },
      { ...good, version: -1 },
      { ...good, version: 1.5 },
      { ...good, version: 2 ** 53 },
    ]) {
      assert.equal((await rejection(recorder.insert([stored('b', 1), wrong]))).code, 'ES_INVALID_ARGUMENT');
    }
    assert.deepEqual(await recorder.selectNotifications(), []);
  });

  add('a version that is there already is a conflict', async (recorder) => {
    await recorder.insert([stored('a', 1, 'first')]);
    const error = await rejection(recorder.insert([stored('a', 1, 'second')]));
    assertConflict(error, { aggregateId: 'a', version: 1, expectedVersion: 0, foundVersion: 1 });
    assert.deepEqual(await recorder.select('a'), [stored('a', 1, 'first')]);
  });

  add('a conflict stores nothing of its transaction', async (recorder) => {
    await recorder.insert([stored('a', 1)]);
    for (const batch of [
      [stored('a', 1), stored('a', 2)],
      [stored('b', 1), stored('a', 2), stored('a', 1)],
    ]) {
      assertConflict(await rejection(recorder.insert(batch)), { aggregateId: 'a', version: 1, foundVersion: 1 });
    }
    assert.deepEqual(await recorder.select('a'), [stored('a', 1)]);
    assert.deepEqual(await recorder.select('b'), []);
    assert.equal((await recorder.selectNotifications()).length, 1);
  });

  add('a version twice in one transaction is a conflict', async (recorder) => {
    await recorder.insert([stored('a', 1)]);
    const error = await rejection(recorder.insert([stored('a', 2), stored('a', 2)]));
    assertConflict(error, { aggregateId: 'a', version: 2, foundVersion: 1 });
    assert.deepEqual(await recorder.select('a'), [stored('a', 1)]);
    assertConflict(await rejection(recorder.insert([stored('b', 5), stored('b', 5)])), { version: 5, foundVersion: 0 });
  });

  add('events of one aggregate are selected by version', async (recorder) => {
    await recorder.insert([stored('a', 1), stored('b', 1), stored('a', 2), stored('a', 3), stored('a', 4)]);
    const versions = async (options?: SelectOptions) => (await recorder.select('a', options)).map((e) => e.version);
    assert.deepEqual(await versions(), [1, 2, 3, 4]);
    assert.deepEqual(await versions({}), [1, 2, 3, 4]);
    assert.deepEqual(await versions({ desc: true, limit: 1 }), [4]);
    assert.deepEqual(await versions({ lte: 2, desc: true, limit: 1 }), [2]);
    assert.deepEqual(await versions({ lte: 2 }), [1, 2]);
    assert.deepEqual(await versions({ gt: 2 }), [3, 4]);
    assert.deepEqual(await versions({ gt: 1, lte: 3 }), [2, 3]);
    assert.deepEqual(await versions({ gt: 1, lte: 3, desc: true }), [3, 2]);
    assert.deepEqual(await versions({ gt: 1, limit: 2 }), [2, 3]);
    assert.deepEqual(await versions({ gt: 4 }), []);
    assert.deepEqual(await versions({ lte: 0 }), []);
    assert.deepEqual(await versions({ gt: 3, lte: 1 }), []);
    assert.deepEqual(await versions({ limit: 100 }), [1, 2, 3, 4]);
    assert.deepEqual(
      await versions({ gt: undefined, lte: undefined, desc: undefined, limit: undefined }),
      [1, 2, 3, 4],
    );
    assert.deepEqual(await recorder.select('c'), []);
    assert.deepEqual(await recorder.select('A'), [], 'Ids differ in the case of letters.');
  });

  add('a limit of 0 selects nothing, and a negative one is an error', async (recorder) => {
    await recorder.insert([stored('a', 1)]);
    assert.deepEqual(await recorder.select('a', { limit: 0 }), []);
    assert.deepEqual(await recorder.selectNotifications({ limit: 0 }), []);
    for (const limit of [-1, 1.5, Number.NaN]) {
      assert.equal((await rejection(recorder.select('a', { limit }))).code, 'ES_INVALID_ARGUMENT');
      assert.equal((await rejection(recorder.selectNotifications({ limit }))).code, 'ES_INVALID_ARGUMENT');
    }
  });

  add(
    'versions that do not follow the stored ones are conflicts, and nothing of the insert is stored',
    async (recorder) => {
      await recorder.insert([stored('a', 1), stored('a', 2)]);
      for (const version of [4, 5, 1_000_000]) {
        for (const events of [
          [stored('a', version)],
          [stored('b', 1), stored('a', version), stored('a', version + 1)],
          [stored('a', version), stored('c', 1)],
        ]) {
          const error = await rejection(recorder.insert(events));
          assertConflict(error, { aggregateId: 'a', version, expectedVersion: version - 1, foundVersion: 2 });
          assert.ok(!error.message.includes('twice'), 'The message must not say that a version was given twice.');
        }
      }
      const gap = await rejection(recorder.insert([stored('a', 3), stored('b', 1), stored('a', 5)]));
      assertConflict(gap, { aggregateId: 'a', version: 5, foundVersion: 2 });
      const backwards = await rejection(recorder.insert([stored('b', 3), stored('b', 2)]));
      assertConflict(backwards, { aggregateId: 'b', version: 2, foundVersion: 0 });
      assert.equal((await recorder.selectNotifications()).length, 2);
      assert.deepEqual(await recorder.insert([stored('a', 3)]), [3]);
    },
  );

  add('the first version of an aggregate is its own concern, and all later ones follow it', async (recorder) => {
    await recorder.insert([stored('a', 0), stored('b', 7), stored('a', 1), stored('b', 8)]);
    await recorder.insert([stored('b', 9), stored('a', 2)]);
    const versions = async (id: string) => (await recorder.select(id)).map((event) => event.version);
    assert.deepEqual(
      [await versions('a'), await versions('b')],
      [
        [0, 1, 2],
        [7, 8, 9],
      ],
    );
    assertConflict(await rejection(recorder.insert([stored('b', 6)])), { version: 6, foundVersion: 9 });
    assertConflict(await rejection(recorder.insert([stored('b', 1)])), { version: 1, foundVersion: 9 });
  });

  add('ids follow the greatest one, in the order of the events', async (recorder) => {
    assert.deepEqual(await recorder.insert([stored('a', 1)]), [1]);
    assert.deepEqual(await recorder.insert([stored('b', 1), stored('a', 2), stored('b', 2)]), [2, 3, 4]);
    assert.deepEqual(
      (await recorder.selectNotifications()).map(({ id, aggregateId, version }) => [id, aggregateId, version]),
      [
        [1, 'a', 1],
        [2, 'b', 1],
        [3, 'a', 2],
        [4, 'b', 2],
      ],
    );
  });

  add('notifications are selected by id and by topic', async (recorder) => {
    await recorder.insert([1, 2, 3, 4, 5].map((v) => ({ ...stored('a', v), topic: v % 2 === 0 ? 'Even' : 'Odd' })));
    const ids = async (options?: NotificationOptions) => (await recorder.selectNotifications(options)).map((n) => n.id);
    assert.deepEqual(await ids(), [1, 2, 3, 4, 5]);
    assert.deepEqual(await ids({ start: 2, limit: 2 }), [2, 3]);
    assert.deepEqual(await ids({ start: 2, stop: 4 }), [2, 3, 4]);
    assert.deepEqual(await ids({ start: 3, stop: 3 }), [3]);
    assert.deepEqual(await ids({ stop: 2 }), [1, 2]);
    assert.deepEqual(await ids({ stop: 0 }), []);
    assert.deepEqual(await ids({ start: 2, stop: 4, limit: 1 }), [2]);
    assert.deepEqual(await ids({ start: 0, limit: 2 }), [1, 2]);
    assert.deepEqual(await ids({ start: -1, limit: 2 }), [1, 2]);
    assert.deepEqual(await ids({ start: 6 }), []);
    assert.deepEqual(await ids({ start: 4, stop: 2 }), []);
    assert.deepEqual(await ids({ stop: Number.MAX_SAFE_INTEGER }), [1, 2, 3, 4, 5]);
    assert.deepEqual(await ids({ topics: ['Even'] }), [2, 4]);
    assert.deepEqual(await ids({ topics: ['Odd', 'Even'], start: 2 }), [2, 3, 4, 5]);
    assert.deepEqual(await ids({ topics: ['Odd'], start: 2, limit: 1 }), [3]);
    assert.deepEqual(await ids({ topics: ['None'] }), []);
    assert.deepEqual(await ids({ topics: [] }), []);
  });

  add('the greatest id is 0 at first, and n after n events', async (recorder) => {
    assert.equal(await recorder.maxNotificationId(), 0);
    for (let n = 1; n <= 3; n++) {
      await recorder.insert([stored('a', n)]);
      assert.equal(await recorder.maxNotificationId(), n);
    }
  });

  addRace('of eight writers of one version, one succeeds', 8, async (recorders) => {
    await recorders[0]?.insert([stored('a', 1)]);
    const outcomes = await Promise.allSettled(
      recorders.map((recorder, writer) => recorder.insert([stored('a', 2, `writer ${writer}`)])),
    );
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    assert.equal(failures.length, recorders.length - 1);
    for (const failure of failures) assertConflict(failure, { aggregateId: 'a', version: 2, foundVersion: 2 });
    for (const recorder of recorders) {
      assert.equal((await recorder.select('a')).length, 2);
      assert.equal((await recorder.selectNotifications()).length, 2);
    }
  });

  addRace('the ids of one transaction are not interleaved with those of another', 3, async (recorders) => {
    const inserted = await Promise.all(
      recorders.map((recorder, writer) =>
        recorder.insert(Array.from({ length: batchSize }, (_, index) => stored(`${writer}`, index + 1))),
      ),
    );
    for (const ids of inserted) {
      const first = ids[0] ?? Number.NaN;
      assert.deepEqual(
        ids,
        ids.map((_, index) => first + index),
      );
    }
    assert.equal(new Set(inserted.flat()).size, recorders.length * batchSize);
  });

  addRace('writers that race for the versions of one aggregate leave no gap', 6, async (recorders) => {
    const last = 12;
    await Promise.all(
      recorders.map(async (recorder, writer) => {
        // Each of them tries every version, also those whose turn has not come.
        for (let version = 1; version <= last; version++) {
          const [outcome] = await Promise.allSettled([recorder.insert([stored('a', version, `${writer}`)])]);
          if (outcome.status === 'rejected') assertConflict(outcome.reason, { aggregateId: 'a', version });
        }
      }),
    );
    const found = await recorders[0]?.select('a');
    const start = found?.[0]?.version ?? Number.NaN;
    assert.deepEqual(
      found?.map(({ version }) => version),
      Array.from({ length: last + 1 - start }, (_, index) => start + index),
    );
  });

  addRace('a reader of the tail never sees an id appear below its position', 12, async (recorders) => {
    const [writers, readers] = [recorders.slice(2), recorders.slice(0, 2)];
    const saves = 10;
    const size = Math.max(1, Math.floor(batchSize / 100));
    await assertTails(
      readers,
      writers.map((recorder, writer) => async () => {
        for (let save = 0; save < saves; save++) {
          await recorder.insert(Array.from({ length: size }, (_, n) => stored(`${writer}/${save}`, n + 1)));
        }
      }),
      writers.length * saves * size,
    );
  });

  addRace('a slow transaction is not overtaken', 5, async (recorders) => {
    const [slow, ...others] = recorders.slice(1);
    const [readers, saves] = [recorders.slice(0, 1), 40];
    await assertTails(
      readers,
      [
        async () => {
          for (let save = 0; save < 3; save++) {
            await slow?.insert(Array.from({ length: batchSize }, (_, n) => stored(`slow ${save}`, n + 1)));
          }
        },
        ...others.map((recorder, writer) => async () => {
          for (let save = 1; save <= saves; save++) await recorder.insert([stored(`${writer}`, save)]);
        }),
      ],
      3 * batchSize + others.length * saves,
    );
  });

  addRace('conflicts between writers leave no reader waiting', 5, async (recorders) => {
    const readers = recorders.slice(0, 1);
    const rounds = 20;
    await assertTails(
      readers,
      recorders.slice(1).map((recorder) => async () => {
        for (let version = 1; version <= rounds; version++) {
          const [outcome] = await Promise.allSettled([recorder.insert([stored('a', version), stored('b', version)])]);
          if (outcome.status === 'rejected') assertConflict(outcome.reason, { aggregateId: 'a', version });
        }
      }),
      2 * rounds,
    );
  });
  return cases;
}

/**
 * Reads the tail of the log with some recorders while others write to it. Each reader asks for what comes after the last
 * event that it has seen. In the end it must have seen all of them, in order.
 */
async function assertTails(
  readers: readonly Recorder[],
  writers: readonly (() => Promise<void>)[],
  total: number,
): Promise<void> {
  let isWriting = true;
  async function tail(reader: Recorder): Promise<StoredNotification[]> {
    const seen: StoredNotification[] = [];
    for (;;) {
      // Before the read: what was written before its last round, the reader has to find in it.
      const isLast = !isWriting;
      const more = await reader.selectNotifications({ start: (seen.at(-1)?.id ?? 0) + 1, limit: 7 + (total >> 4) });
      seen.push(...more);
      if (isLast && more.length === 0) return seen;
      // Gives the writers their turn, where nothing else does.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  const write = async () => {
    try {
      await Promise.all(writers.map((writer) => writer()));
    } finally {
      isWriting = false;
    }
  };
  const [, ...tails] = await Promise.all([write(), ...readers.map(tail)]);
  for (const [index, seen] of tails.entries()) {
    const all = await readers[index]?.selectNotifications();
    assert.equal(all?.length, total);
    assert.deepEqual(seen, all);
  }
}
