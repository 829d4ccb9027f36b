import { type Recorder, type StoredEvent, type StoredNotification, uuid4, VersionConflictError } from 'eventsourcing';
import { describe, expect, test } from 'vitest';
import { rejectionOf } from './errors.ts';

/** What the suite needs of a recorder to test. */
export interface RecorderUnderTest {
  /** A new recorder, with nothing in it. */
  create(): Promise<Recorder>;
  /** How many events a large transaction has. */
  readonly batchSize: number;
}

/** What must hold for every recorder, by its number in the list of acceptance cases. */
export function recorderSuite(name: string, { create, batchSize }: RecorderUnderTest): void {
  describe(`the ${name} recorder`, () => {
    test('case 20: inserting nothing stores nothing', async () => {
      const recorder = await create();
      expect(await recorder.insert([])).toEqual([]);
      expect(await recorder.selectNotifications()).toEqual([]);
      expect(await recorder.maxNotificationId()).toBe(0);
    });

    test('an event comes back as it was stored', async () => {
      const recorder = await create();
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      const event = { ...stored(uuid4(), 1), topic: 'Dog.Ünder/犬', state: bytes };
      await recorder.insert([event]);
      expect(await recorder.select(event.aggregateId)).toEqual([event]);
      expect(await recorder.selectNotifications()).toEqual([{ id: 1, ...event }]);
    });

    test('case 21: a version that is there already is a conflict', async () => {
      const recorder = await create();
      const id = uuid4();
      await recorder.insert([stored(id, 1, 'first')]);
      const error = await rejectionOf(recorder.insert([stored(id, 1, 'second')]));
      expect(error).toBeInstanceOf(VersionConflictError);
      expect(error).toMatchObject({
        code: 'ES_VERSION_CONFLICT',
        aggregateId: id,
        version: 1,
        expectedVersion: 0,
        foundVersion: 1,
      });
      expect(error.message).toContain(id);
      expect(await recorder.select(id)).toEqual([stored(id, 1, 'first')]);
    });

    test('case 22: a conflict stores nothing of its transaction', async () => {
      const recorder = await create();
      const [id, other] = [uuid4(), uuid4()];
      await recorder.insert([stored(id, 1)]);
      for (const batch of [
        [stored(id, 1), stored(id, 2)],
        [stored(other, 1), stored(id, 2), stored(id, 1)],
      ]) {
        expect(await rejectionOf(recorder.insert(batch))).toMatchObject({ version: 1, foundVersion: 1 });
      }
      expect(await recorder.select(id)).toEqual([stored(id, 1)]);
      expect(await recorder.select(other)).toEqual([]);
      expect(await recorder.maxNotificationId()).toBe(1);
    });

    test('case 23: a version twice in one transaction is a conflict', async () => {
      const recorder = await create();
      const id = uuid4();
      await recorder.insert([stored(id, 1)]);
      const error = await rejectionOf(recorder.insert([stored(id, 2), stored(id, 2)]));
      expect(error).toMatchObject({ code: 'ES_VERSION_CONFLICT', version: 2 });
      expect(await recorder.select(id)).toEqual([stored(id, 1)]);
    });

    test('case 24: events of one aggregate are selected by version', async () => {
      const recorder = await create();
      const [id, other] = [uuid4(), uuid4()];
      await recorder.insert([stored(id, 1), stored(other, 1), stored(id, 2), stored(id, 3), stored(id, 4)]);
      const versions = async (options?: Parameters<Recorder['select']>[1]) =>
        (await recorder.select(id, options)).map((event) => event.version);
      expect(await versions()).toEqual([1, 2, 3, 4]);
      expect(await versions({})).toEqual([1, 2, 3, 4]);
      expect(await versions({ desc: true, limit: 1 })).toEqual([4]);
      expect(await versions({ lte: 2, desc: true, limit: 1 })).toEqual([2]);
      expect(await versions({ lte: 2 })).toEqual([1, 2]);
      expect(await versions({ gt: 2 })).toEqual([3, 4]);
      expect(await versions({ gt: 1, lte: 3 })).toEqual([2, 3]);
      expect(await versions({ gt: 1, lte: 3, desc: true })).toEqual([3, 2]);
      expect(await versions({ gt: 1, limit: 2 })).toEqual([2, 3]);
      expect(await versions({ gt: 4 })).toEqual([]);
      expect(await versions({ lte: 0 })).toEqual([]);
      expect(await versions({ gt: 3, lte: 1 })).toEqual([]);
      expect(await versions({ limit: 100 })).toEqual([1, 2, 3, 4]);
      expect(await recorder.select(uuid4())).toEqual([]);
    });

    test('case 25: a limit of 0 selects nothing, and a negative one is an error', async () => {
      const recorder = await create();
      const id = uuid4();
      await recorder.insert([stored(id, 1)]);
      expect(await recorder.select(id, { limit: 0 })).toEqual([]);
      expect(await recorder.selectNotifications({ limit: 0 })).toEqual([]);
      for (const limit of [-1, 1.5, Number.NaN]) {
        expect((await rejectionOf(recorder.select(id, { limit }))).code).toBe('ES_INVALID_ARGUMENT');
        expect((await rejectionOf(recorder.selectNotifications({ limit }))).code).toBe('ES_INVALID_ARGUMENT');
      }
    });

    test('case 26: versions may be stored in any order, and are selected in theirs', async () => {
      const recorder = await create();
      const id = uuid4();
      await recorder.insert([stored(id, 3)]);
      await recorder.insert([stored(id, 1)]);
      await recorder.insert([stored(id, 7), stored(id, 0), stored(id, 2)]);
      expect((await recorder.select(id)).map((event) => event.version)).toEqual([0, 1, 2, 3, 7]);
      expect((await recorder.select(id, { gt: 1, lte: 3 })).map((event) => event.version)).toEqual([2, 3]);
      expect((await recorder.selectNotifications()).map((event) => event.version)).toEqual([3, 1, 7, 0, 2]);
      expect(await rejectionOf(recorder.insert([stored(id, 2)]))).toMatchObject({ version: 2, foundVersion: 7 });
    });

    test('case 28: ids follow the greatest one, in the order of the events', async () => {
      const recorder = await create();
      const [a, b] = [uuid4(), uuid4()];
      expect(await recorder.insert([stored(a, 1)])).toEqual([1]);
      expect(await recorder.insert([stored(b, 1), stored(a, 2), stored(b, 2)])).toEqual([2, 3, 4]);
      const all = await recorder.selectNotifications();
      expect(all.map(({ id, aggregateId, version }) => [id, aggregateId, version])).toEqual([
        [1, a, 1],
        [2, b, 1],
        [3, a, 2],
        [4, b, 2],
      ]);
    });

    test('case 29: notifications are selected by id and by topic', async () => {
      const recorder = await create();
      const id = uuid4();
      await recorder.insert([1, 2, 3, 4, 5].map((v) => ({ ...stored(id, v), topic: v % 2 === 0 ? 'Even' : 'Odd' })));
      const ids = async (options?: Parameters<Recorder['selectNotifications']>[0]) =>
        (await recorder.selectNotifications(options)).map((notification) => notification.id);
      expect(await ids()).toEqual([1, 2, 3, 4, 5]);
      expect(await ids({ start: 2, limit: 2 })).toEqual([2, 3]);
      expect(await ids({ start: 2, stop: 4 })).toEqual([2, 3, 4]);
      expect(await ids({ start: 3, stop: 3 })).toEqual([3]);
      expect(await ids({ stop: 2 })).toEqual([1, 2]);
      expect(await ids({ start: 2, stop: 4, limit: 1 })).toEqual([2]);
      expect(await ids({ start: 0, limit: 2 })).toEqual([1, 2]);
      expect(await ids({ start: -1, limit: 2 })).toEqual([1, 2]);
      expect(await ids({ start: 6 })).toEqual([]);
      expect(await ids({ start: 4, stop: 2 })).toEqual([]);
      expect(await ids({ topics: ['Even'] })).toEqual([2, 4]);
      expect(await ids({ topics: ['Odd', 'Even'], start: 2 })).toEqual([2, 3, 4, 5]);
      expect(await ids({ topics: ['Odd'], start: 2, limit: 1 })).toEqual([3]);
      expect(await ids({ topics: ['None'] })).toEqual([]);
      expect(await ids({ topics: [] })).toEqual([]);
    });

    test('case 30: the greatest id is 0 at first, and n after n events', async () => {
      const recorder = await create();
      expect(await recorder.maxNotificationId()).toBe(0);
      const id = uuid4();
      for (let n = 1; n <= 3; n++) {
        await recorder.insert([stored(id, n)]);
        expect(await recorder.maxNotificationId()).toBe(n);
      }
    });

    test('case 33: of eight writers of one version, one succeeds', async () => {
      const recorder = await create();
      const id = uuid4();
      await recorder.insert([stored(id, 1)]);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, (_, writer) => recorder.insert([stored(id, 2, `writer ${writer}`)])),
      );
      const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(failures).toHaveLength(7);
      for (const failure of failures) expect(failure).toBeInstanceOf(VersionConflictError);
      expect(await recorder.select(id)).toHaveLength(2);
      expect(await recorder.selectNotifications({ topics: ['Tested.Stored'] })).toHaveLength(2);
    });

    test('case 34: the ids of one transaction are not interleaved with those of another', async () => {
      const recorder = await create();
      const batch = () => {
        const id = uuid4();
        return recorder.insert(Array.from({ length: batchSize }, (_, index) => stored(id, index + 1)));
      };
      for (const ids of await Promise.all([batch(), batch()])) {
        const first = ids[0] ?? Number.NaN;
        expect(ids).toEqual(Array.from({ length: batchSize }, (_, index) => first + index));
      }
      expect(await recorder.maxNotificationId()).toBe(2 * batchSize);
    });

    test('case 35: a reader of the tail never sees an id appear below its position', async () => {
      const recorder = await create();
      const [writers, batches] = [10, 10];
      const size = Math.max(1, Math.floor(batchSize / 100));
      const total = writers * batches * size;
      async function write(): Promise<void> {
        for (let n = 0; n < batches; n++) {
          const id = uuid4();
          await recorder.insert(Array.from({ length: size }, (_, index) => stored(id, index + 1)));
        }
      }
      async function read(): Promise<StoredNotification[]> {
        const seen: StoredNotification[] = [];
        while (seen.length < total) {
          const more = await recorder.selectNotifications({ start: (seen.at(-1)?.id ?? 0) + 1, limit: 7 * size });
          seen.push(...more);
          // Gives the writers their turn, where nothing else does.
          await new Promise((resolve) => setTimeout(resolve));
        }
        return seen;
      }
      const [first, second] = await Promise.all([read(), read(), ...Array.from({ length: writers }, write)]);
      const all = await recorder.selectNotifications();
      expect(all).toHaveLength(total);
      expect(first).toEqual(all);
      expect(second).toEqual(all);
    });
  });
}

function stored(aggregateId: string, version: number, text = 'state'): StoredEvent {
  return { aggregateId, version, topic: 'Tested.Stored', state: new TextEncoder().encode(text) };
}
