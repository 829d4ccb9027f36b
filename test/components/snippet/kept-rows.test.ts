import { describe, expect, test, vi } from 'vitest';
import { createKeptRows } from '../../../src/components/snippet/kept-rows.ts';
import type { KeptStorage } from '../../../src/components/snippet/kept-storage.ts';

const database = (byte: number, name = 'a.db') => ({ name, bytes: Uint8Array.of(byte).buffer });

/** A browser's database, which can be slow and can refuse. */
function fakeStorage({ refuse }: { refuse?: () => Error | undefined } = {}) {
  const items = new Map<string, unknown>();
  const written: unknown[] = [];
  const step = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const error = refuse?.();
    if (error) throw error;
  };
  const storage: KeptStorage = {
    has: async (key) => step().then(() => items.has(key)),
    get: async (key) => step().then(() => items.get(key)),
    async set(key, value) {
      await step();
      items.set(key, value);
      written.push(value);
    },
    async remove(key) {
      await step();
      items.delete(key);
    },
  };
  return { storage, items, written };
}

const never = () => expect.unreachable('there is room');

describe('what a snippet keeps', () => {
  test('is there for the next run, each database as it was stored last, by page and fence', async () => {
    const { storage, items } = fakeStorage();
    const rows = createKeptRows(storage, '/page');
    expect(await rows.load('f1')).toEqual([]);
    rows.save('f1', database(1), never);
    rows.save('f1', database(2, 'b.db'), never);
    rows.save('f1', database(3), never);
    expect(await rows.load('f1')).toEqual([database(2, 'b.db'), database(3)]);
    expect(await rows.load('f2')).toEqual([]);
    expect([...items.keys()]).toEqual(['/page:f1']);
    expect(await createKeptRows(storage, '/page').load('f1'), 'another visit').toHaveLength(2);
  });

  test('is written as fast as the browser can, and no faster', async () => {
    const { storage, written } = fakeStorage();
    const rows = createKeptRows(storage, '/page');
    for (let byte = 0; byte < 100; byte++) rows.save('f1', database(byte), never);
    expect(await rows.load('f1')).toEqual([database(99)]);
    expect(written).toEqual([[database(99)]]);
  });

  test('is gone when it is cleared, with what was about to be written', async () => {
    const { storage, items } = fakeStorage();
    const rows = createKeptRows(storage, '/page');
    const listener = vi.fn();
    rows.onChange(listener);
    rows.save('f1', database(1), never);
    expect(await rows.clear('f1')).toBe(true);
    expect(await rows.clear('f2')).toBe(false);
    rows.save('f1', database(1), never);
    const cleared = rows.clear('f1');
    expect(await rows.load('f1'), 'a run that begins right after it').toEqual([]);
    expect(await cleared).toBe(true);
    expect(await rows.has('f1')).toBe(false);
    expect(items.size).toBe(0);
    expect(await rows.load('f1')).toEqual([]);
    expect(listener.mock.calls).toEqual([
      ['f1', true],
      ['f1', false],
      ['f2', false],
      ['f1', true],
      ['f1', false],
    ]);
  });

  test('of two tabs, is what was stored last', async () => {
    const { storage } = fakeStorage();
    const [one, other] = [createKeptRows(storage, '/page'), createKeptRows(storage, '/page')];
    one.save('f1', database(1), never);
    await one.load('f1');
    other.save('f1', database(2), never);
    await other.load('f1');
    expect(await one.load('f1')).toEqual([database(2)]);
  });

  test('is nothing, if something else stands in its place', async () => {
    const { storage, items } = fakeStorage();
    items.set('/page:f1', [{ name: 'a.db', bytes: 'text' }]);
    expect(await createKeptRows(storage, '/page').load('f1')).toEqual([]);
  });

  test('lasts as long as the visit, where the browser keeps nothing', async () => {
    const info = vi.spyOn(console, 'info').mockImplementation(() => {});
    const { storage } = fakeStorage({ refuse: () => new Error('forbidden') });
    const rows = createKeptRows(storage, '/page');
    expect(await rows.has('f1')).toBe(false);
    expect(await rows.load('f1')).toEqual([]);
    rows.save('f1', database(1), never);
    expect(await rows.load('f1')).toEqual([database(1)]);
    expect(await rows.has('f1')).toBe(true);
    await rows.clear('f1');
    expect(await rows.load('f1')).toEqual([]);
    info.mockRestore();
  });

  test('lasts as long as the visit, when there is no room, and says so', async () => {
    let isFull = false;
    const { storage, items } = fakeStorage({
      refuse: () => (isFull ? new DOMException('full', 'QuotaExceededError') : undefined),
    });
    const rows = createKeptRows(storage, '/page');
    const full = vi.fn();
    rows.save('f1', database(1), full);
    await rows.load('f1');
    isFull = true;
    rows.save('f1', database(2), full);
    await vi.waitFor(() => expect(full).toHaveBeenCalledTimes(1));
    isFull = false;
    expect(await rows.load('f1'), 'the newer ones').toEqual([database(2)]);
    rows.save('f1', database(3), full);
    await rows.load('f1');
    expect(items.get('/page:f1')).toEqual([database(3)]);
    expect(full).toHaveBeenCalledTimes(1);
  });
});
