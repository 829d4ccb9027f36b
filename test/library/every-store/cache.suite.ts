import { Aggregate, AggregateNotFoundError, Application, type CacheOptions, event, type Store } from 'eventsourcing';
import { describe, expect, test } from 'vitest';
import { errorOf, rejectionOf } from '../support/errors.ts';
import type { TestedStore } from './stores.ts';

@event('Counter.Started')
class Counter extends Aggregate {
  count = 0;
  readonly steps: number[] = [];
  @event('Incremented', 'by')
  increment(by: number) {
    this.count += by;
    this.steps.push(by);
  }
  @event('Discarded')
  discard() {
    this.markDiscarded();
  }
}

class Counters extends Application {
  static aggregates = [Counter];
  async start() {
    const counter = new Counter();
    await this.save(counter);
    return counter.id;
  }
  async increment(id: string, by = 1) {
    return await this.update(Counter, id, (counter) => counter.increment(by));
  }
}

/** What must hold for the cache of an application on every store. */
export function cacheSuite({ name, open: createStore }: TestedStore): void {
  /** Two applications on one store, and how often the first one asks for the events of an aggregate. */
  async function two(cache: CacheOptions, snapshots = false) {
    const store = await createStore();
    const asked: string[] = [];
    const gates: { wait: Promise<void> | undefined } = { wait: undefined };
    const counting: Store = {
      ...(store.snapshotRecorder && { snapshotRecorder: store.snapshotRecorder.bind(store) }),
      recorder(application) {
        const recorder = store.recorder(application);
        return {
          insert: (events) => recorder.insert(events),
          async select(id, options) {
            asked.push(id);
            const events = await recorder.select(id, options);
            await gates.wait;
            return events;
          },
          selectNotifications: (options) => recorder.selectNotifications(options),
          maxNotificationId: () => recorder.maxNotificationId(),
        };
      },
    };
    const options = { cache, snapshots };
    return { one: new Counters({ store: counting, ...options }), other: new Counters({ store }), asked, gates };
  }

  describe(`the cache of an application on ${name}`, () => {
    test('what another has stored is seen, and what was got is a copy', async () => {
      const { one, other } = await two({ maxSize: 10 });
      const id = await one.start();
      const mine = await one.repository.get(Counter, id);
      await other.increment(id, 5);
      expect((await one.repository.get(Counter, id)).count).toBe(5);
      mine.increment(99);
      mine.steps.push(-1);
      const got = await one.repository.get(Counter, id);
      expect([got.count, got.steps, got.version]).toEqual([5, [5], 2]);
      expect(got).not.toBe(await one.repository.get(Counter, id));
      expect(got.equals(await other.repository.get(Counter, id))).toBe(true);
    });

    test('readers and writers at the same time see every event once', async () => {
      const { one, other } = await two({ maxSize: 10 });
      const id = await one.start();
      const increments = Array.from({ length: 20 }, (_, n) =>
        (n % 2 === 0 ? one : other).update(Counter, id, (counter) => counter.increment(1), { retries: 100 }),
      );
      const reads = Array.from({ length: 20 }, () => one.repository.get(Counter, id));
      await Promise.all(increments);
      for (const { count, version, steps } of await Promise.all(reads)) {
        expect([version, steps.length]).toEqual([count + 1, count]);
      }
      expect((await one.repository.get(Counter, id)).count).toBe(20);
    });

    test('readers that find the same new events take them in once', async () => {
      const { one, other, gates } = await two({ maxSize: 10 });
      const id = await one.start();
      await other.increment(id, 5);
      const counts = async (...readings: Promise<Counter>[]) =>
        (await Promise.all(readings)).map(({ count, version }) => [count, version]);
      expect(await counts(one.repository.get(Counter, id), one.repository.get(Counter, id))).toEqual([
        [5, 2],
        [5, 2],
      ]);
      expect(await counts(one.repository.get(Counter, id))).toEqual([[5, 2]]);

      // One of them may even lose its place in the cache while it is waiting.
      await other.increment(id, 1);
      let open = () => {};
      gates.wait = new Promise((resolve) => {
        open = resolve;
      });
      const slow = one.repository.get(Counter, id);
      one.repository.evict(id);
      open();
      expect(await counts(slow)).toEqual([[6, 3]]);
    });

    test('what was never saved is never seen', async () => {
      for (const fastForward of [true, false]) {
        const { one, other } = await two({ maxSize: 10, fastForward });
        const counter = new Counter();
        counter.increment(1);
        await one.save(counter);
        counter.increment(2);
        counter.count = 99;
        expect((await one.repository.get(Counter, counter.id)).count).toBe(1);
        await other.increment(counter.id, 10);
        expect((await rejectionOf(one.save(counter))).code).toBe('ES_VERSION_CONFLICT');
        const got = await one.repository.get(Counter, counter.id);
        expect([got.count, got.version]).toEqual([11, 3]);
      }
    });

    test('without fast-forward, storage is not asked, and a conflict brings the truth', async () => {
      const { one, other, asked } = await two({ maxSize: 10, fastForward: false });
      const id = await one.start();
      await one.increment(id);
      await one.increment(id);
      expect((await one.repository.get(Counter, id)).count).toBe(2);
      expect(asked).toEqual([]);
      await other.increment(id, 10);
      expect((await one.repository.get(Counter, id)).count).toBe(2);
      await one.increment(id);
      expect((await one.repository.get(Counter, id)).count).toBe(13);
      expect(asked).toEqual([id]);
    });

    test('a reading that a conflict overtakes is not kept', async () => {
      const { one, other, gates } = await two({ maxSize: 10, fastForward: false });
      const id = await other.start();
      const stale = await other.repository.get(Counter, id);
      let open = () => {};
      gates.wait = new Promise((resolve) => {
        open = resolve;
      });
      const slow = one.repository.get(Counter, id);
      // The slow reading has its events by now, and has not returned them.
      await new Promise((resolve) => setTimeout(resolve, 20));
      await other.increment(id, 5);
      stale.increment(1);
      expect((await rejectionOf(one.save(stale))).code).toBe('ES_VERSION_CONFLICT');
      gates.wait = undefined;
      open();
      expect((await slow).count).toBe(0);
      expect((await one.repository.get(Counter, id)).count).toBe(5);
    });

    test('the one that was not used for the longest time makes room', async () => {
      const { one, other, asked } = await two({ maxSize: 2, fastForward: false });
      const [a, b, c] = [await other.start(), await other.start(), await other.start()];
      const get = async (...ids: string[]) => {
        asked.length = 0;
        for (const id of ids) await one.repository.get(Counter, id);
        return asked.map((id) => (id === a ? 'a' : id === b ? 'b' : 'c')).join('');
      };
      expect(await get(a, b, a, b)).toBe('ab');
      expect(await get(c)).toBe('c');
      expect(await get(b, c)).toBe('');
      expect(await get(a)).toBe('a');
      expect(await get(c, a)).toBe('');
      // Getting it has made c the one that was used last but one; b has gone before.
      expect(await get(c, b)).toBe('b');
      expect(await get(c)).toBe('');
      one.repository.evict(c);
      expect(await get(a, b)).toBe('a');
      expect(await get(c)).toBe('c');
    });

    test('events that are saved as such are read from storage', async () => {
      const { one } = await two({ maxSize: 10, fastForward: false });
      const id = await one.start();
      const counter = await one.repository.get(Counter, id);
      counter.increment(3);
      await one.save(...counter.collectEvents());
      expect((await one.repository.get(Counter, id)).count).toBe(3);
    });

    test('earlier versions, unknown and discarded aggregates are what they are without it', async () => {
      for (const fastForward of [true, false]) {
        const { one } = await two({ maxSize: 10, fastForward });
        const id = await one.start();
        for (let n = 0; n < 3; n++) await one.increment(id);
        expect((await one.repository.get(Counter, id, { version: 2 })).count).toBe(1);
        expect((await one.repository.get(Counter, id)).count).toBe(3);
        expect(await one.repository.has(Counter, 'unknown')).toBe(false);
        await one.update(Counter, id, (counter) => counter.discard());
        expect(await rejectionOf(one.repository.get(Counter, id))).toBeInstanceOf(AggregateNotFoundError);
        expect((await one.repository.get(Counter, id, { version: 4 })).count).toBe(3);
      }
    });

    test('goes together with snapshots', async () => {
      const { one, other, asked } = await two({ maxSize: 10, fastForward: false }, true);
      const id = await one.start();
      for (let n = 0; n < 6; n++) await one.increment(id);
      await one.takeSnapshot(Counter, id, { version: 4 });
      await one.takeSnapshot(Counter, id);
      asked.length = 0;
      await one.increment(id, 4);
      const got = await one.repository.get(Counter, id);
      expect([got.count, got.version, got.steps]).toEqual([10, 8, [1, 1, 1, 1, 1, 1, 4]]);
      expect(asked).toEqual([]);
      expect(got.equals(await other.repository.get(Counter, id))).toBe(true);
      one.repository.evict(id);
      expect((await one.repository.get(Counter, id)).equals(got)).toBe(true);
      expect(asked).toEqual([id]);
    });

    test('options are checked', async () => {
      const store = await createStore();
      for (const maxSize of [0, -1, 1.5, Number.NaN]) {
        expect(errorOf(() => new Counters({ store, cache: { maxSize } })).message).toMatch(/maxSize of a cache/);
      }
    });
  });
}
