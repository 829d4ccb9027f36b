import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import { StoreError, uuid4 } from 'eventsourcing';
import { type SqliteStore, type SqliteWasmOptions, sqliteStore, sqliteWasm } from 'eventsourcing/sqlite-wasm';
import { afterEach, describe, expect, test } from 'vitest';
import { openSqliteWasm } from '../../../code/src/sqlite-wasm/driver.ts';
import { DogSchool } from '../support/dog.ts';
import { errorOf, rejectionOf } from '../support/errors.ts';
import { stored } from '../support/stored.ts';

const sqlite3 = await sqlite3InitModule();
const newFile = () => `/${uuid4()}.db`;
const opened: SqliteStore[] = [];

function open(file = newFile(), options: SqliteWasmOptions = {}): SqliteStore {
  const store = sqliteWasm(sqlite3, file, options);
  opened.push(store);
  return store;
}

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

describe('a database of the WebAssembly build', () => {
  test('is the same for all that open its file, and outlives them', async () => {
    const file = newFile();
    const [first, second] = [open(file), open(file)];
    const id = await new DogSchool({ store: first }).registerDog('Fido');
    await new DogSchool({ store: second }).addTrick(id, 'sit');
    await first.close();
    await second.close();
    expect(await new DogSchool({ store: open(file) }).getDog(id)).toEqual({ name: 'Fido', tricks: ['sit'] });
    expect(await rejectionOf(new DogSchool({ store: open() }).getDog(id))).toMatchObject({
      code: 'ES_AGGREGATE_NOT_FOUND',
    });
  });

  test('is nobody else’s in memory', async () => {
    const [first, second] = [open(':memory:'), open(':memory:')];
    await first.recorder('Tested').insert([stored('a', 1)]);
    expect(await second.recorder('Tested').maxNotificationId()).toBe(0);
  });

  test('takes no writes if it is open for reading only', async () => {
    const file = newFile();
    await open(file)
      .recorder('Tested')
      .insert([stored('a', 1)], { log: 'Dogs', after: 0, position: 7 });
    const store = open(file, { readOnly: true });
    const recorder = store.recorder('Tested');
    expect(await recorder.position?.('Dogs')).toBe(7);
    expect(await recorder.select('a')).toEqual([stored('a', 1)]);
    expect(await rejectionOf(recorder.insert([stored('a', 2)]))).toMatchObject({ code: 'ES_STORE_READ_ONLY' });
    expect(await rejectionOf(recorder.insert([stored('a', 2), stored('a', 3)]))).toBeInstanceOf(StoreError);
    expect(errorOf(() => store.recorder('Other'))).toMatchObject({ code: 'ES_STORE_SCHEMA' });
  });

  test('that cannot be opened, or with options that cannot be right, is refused', () => {
    expect(errorOf(() => open(newFile(), { readOnly: true })).code).toBe('ES_STORE_UNAVAILABLE');
    expect(errorOf(() => open('/no/such/folder/dogs.db')).code).toBe('ES_STORE_UNAVAILABLE');
    expect(errorOf(() => open('')).code).toBe('ES_INVALID_ARGUMENT');
    expect(errorOf(() => open(newFile(), { busyTimeout: -1 })).code).toBe('ES_INVALID_ARGUMENT');
    expect(errorOf(() => open(newFile(), { vfs: 'nowhere' })).name).toBe('StoreError');
  });

  test('that is full stores nothing of the save, and takes later ones', async () => {
    const driver = openSqliteWasm(sqlite3, newFile(), {});
    const store = sqliteStore(driver);
    opened.push(store);
    const recorder = store.recorder('Tested');
    await recorder.insert([stored('a', 1)]);
    driver.exec('PRAGMA max_page_count = 20');
    const large = Array.from({ length: 500 }, (_, index) => stored('b', index + 1, 'x'.repeat(500)));
    expect(await rejectionOf(recorder.insert(large))).toMatchObject({
      code: 'ES_STORE_FULL',
      cause: expect.any(sqlite3.SQLite3Error),
    });
    expect(await recorder.selectNotifications()).toHaveLength(1);
    driver.exec('PRAGMA max_page_count = 100000');
    expect(await recorder.insert(large)).toEqual(large.map((_, index) => index + 2));
  });

  test('whose store was closed says so', async () => {
    const store = open();
    const recorder = store.recorder('Tested');
    await store.close();
    await store.close();
    expect(await rejectionOf(recorder.insert([stored('a', 1)]))).toMatchObject({ code: 'ES_STORE_CLOSED' });
  });
});
