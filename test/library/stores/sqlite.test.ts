import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Store, StoreError, uuid4 } from 'eventsourcing';
import { aesGcm, createKey, subjectKeys } from 'eventsourcing/crypto';
import { type SqliteDriver, type SqliteOptions, type SqliteStore, sqlite, sqliteStore } from 'eventsourcing/sqlite';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { openNodeSqlite } from '../../../code/src/sqlite/node-driver.ts';
import { Dog, DogSchool } from '../support/dog.ts';
import { errorOf, rejectionOf } from '../support/errors.ts';
import { stored } from '../support/stored.ts';

const folder = mkdtempSync(join(tmpdir(), 'sqlite-'));
const newFile = () => join(folder, `${uuid4()}.db`);
const opened: SqliteStore[] = [];

function open(file = newFile(), options: SqliteOptions = {}): SqliteStore {
  const store = sqlite(file, options);
  opened.push(store);
  return store;
}

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a file', () => {
  test('opened again, it has what was saved', async () => {
    const file = newFile();
    const first = open(file);
    const id = await new DogSchool({ store: first }).registerDog('Fido');
    await first.close();
    const again = new DogSchool({ store: open(file) });
    await again.addTrick(id, 'sit');
    expect(await again.getDog(id)).toEqual({ name: 'Fido', tricks: ['sit'] });
  });

  test('has a log for each application', async () => {
    const file = newFile();
    const [north, south] = [open(file).recorder('North'), open(file).recorder('South')];
    expect(await north.insert([stored('a', 1), stored('b', 1)])).toEqual([1, 2]);
    expect(await south.insert([stored('a', 1)])).toEqual([1]);
    expect(errorOf(() => open(file).recorder('north')).message).toContain('differs from North');
    expect(errorOf(() => new DogSchool({ store: open(file), name: 'SOUTH' })).code).toBe('ES_INVALID_ARGUMENT');
  });

  test('never gives a position twice, also when the last event has been deleted', async () => {
    const file = newFile();
    const recorder = open(file).recorder('Tested');
    await recorder.insert([stored('a', 1), stored('a', 2)]);
    const database = new DatabaseSync(file);
    database.exec('DELETE FROM Tested_events WHERE position = 2');
    database.close();
    expect(await recorder.insert([stored('a', 2)])).toEqual([3]);
  });

  test.each([1, 2, 3])('of version %i is brought up to date, and keeps its events', async (version) => {
    const file = newFile();
    await open(file)
      .recorder('Tested')
      .insert([stored('a', 1)]);
    const database = new DatabaseSync(file);
    if (version < 2) database.exec('DROP TABLE Tested_snapshots');
    if (version < 3) database.exec('DROP TABLE Tested_keys');
    database.exec('DROP TABLE Tested_positions; DROP TABLE Tested_parked');
    database.exec(`UPDATE eventsourcing_logs SET version = ${version}`);
    database.close();
    const store = open(file);
    const key = { subject: 'a', key: new Uint8Array([1]) };
    expect(await store.keyRecorder('Tested').insert([key])).toEqual([key]);
    await store.snapshotRecorder('Tested').put(stored('a', 1));
    expect(await store.snapshotRecorder('Tested').select('a')).toEqual([stored('a', 1)]);
    const recorder = store.recorder('Tested');
    expect(await recorder.select('a')).toEqual([stored('a', 1)]);
    expect(await recorder.position?.('Dogs')).toBe(0);
    expect(await recorder.insert([stored('a', 2)], { log: 'Dogs', after: 0, position: 1, parked: 'a reason' })).toEqual(
      [2],
    );
    expect(await recorder.parked?.('Dogs')).toEqual([{ position: 1, reason: 'a reason' }]);
  });

  test('waits for the disk at each save, unless told otherwise', () => {
    const pragma = (options: SqliteOptions, name: string) => {
      const driver = openNodeSqlite(newFile(), options);
      const rows = driver.prepare(`PRAGMA ${name}`).all();
      driver.close();
      return rows[0]?.[0];
    };
    expect(pragma({}, 'synchronous')).toBe(2);
    expect(pragma({ synchronous: 'normal' }, 'synchronous')).toBe(1);
    expect(pragma({}, 'journal_mode')).toBe('wal');
    expect(pragma({}, 'busy_timeout')).toBe(5000);
    expect(pragma({ busyTimeout: 70 }, 'busy_timeout')).toBe(70);
  });

  test('is written by several connections at once', async () => {
    const file = newFile();
    const recorders = Array.from({ length: 4 }, () => open(file, { synchronous: 'normal' }).recorder('Tested'));
    await Promise.all(
      recorders.map(async (recorder, writer) => {
        for (let n = 1; n <= 25; n++) await recorder.insert([stored(`${writer}`, n)]);
      }),
    );
    const ids = (await recorders[0]?.selectNotifications())?.map((notification) => notification.id);
    expect(ids).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });
});

/** Without the rights of root, to whom nothing is read-only. */
function withoutRights<T>(work: () => T): T {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('a folder that takes no writes', () => {
  /** A folder with the files of a database, which are made first. */
  async function closedFolder(make: (file: string) => Promise<unknown>): Promise<string> {
    const place = join(folder, `read only? #${uuid4()}`);
    mkdirSync(place);
    const file = join(place, 'dogs.db');
    await make(file);
    for (const name of readdirSync(place)) chmodSync(join(place, name), 0o444);
    chmodSync(place, 0o555);
    chmodSync(folder, 0o755);
    return file;
  }
  const saved = async (file: string) => {
    const store = sqlite(file);
    await store.recorder('Tested').insert([stored('a', 1)]);
    await store.close();
  };

  test('lets a database be read', async () => {
    const file = await closedFolder(saved);
    const recorder = withoutRights(() => open(file, { readOnly: true }).recorder('Tested'));
    expect(await recorder.select('a')).toEqual([stored('a', 1)]);
    expect(await recorder.selectNotifications()).toHaveLength(1);
    expect(await rejectionOf(recorder.insert([stored('a', 2)]))).toMatchObject({ code: 'ES_STORE_READ_ONLY' });
    expect(errorOf(() => withoutRights(() => sqlite(file))).code).toMatch(/^ES_STORE_(READ_ONLY|UNAVAILABLE)$/);
  });

  test('never shows what is out of date: somebody else may write there', async () => {
    const file = await closedFolder(saved);
    const recorder = withoutRights(() => open(file, { readOnly: true }).recorder('Tested'));
    expect(await recorder.select('a')).toHaveLength(1);
    for (const path of [join(file, '..'), file]) chmodSync(path, 0o755);
    const writer = open(file);
    await writer.recorder('Tested').insert([stored('a', 2)]);
    for (let turn = 0; turn < 2; turn++) {
      const error = await rejectionOf(recorder.select('a'));
      expect(error).toMatchObject({ code: 'ES_STORE_UNAVAILABLE' });
      expect(error.message).toContain('has been changed since. Close the store, and open it again.');
      // Closing moves what was saved from the write-ahead log to the file.
      await writer.close();
    }
    const again = withoutRights(() => open(file, { readOnly: true }).recorder('Tested'));
    expect(await again.select('a')).toHaveLength(2);
  });

  test('does not hide saves that are in the write-ahead log only', async () => {
    const file = await closedFolder(async (path) => {
      const original = newFile();
      await open(original)
        .recorder('Tested')
        .insert([stored('a', 1)]);
      for (const suffix of ['', '-wal']) copyFileSync(`${original}${suffix}`, `${path}${suffix}`);
    });
    const error = errorOf(() => withoutRights(() => sqlite(file, { readOnly: true })));
    expect(error).toMatchObject({ code: 'ES_STORE_UNAVAILABLE', cause: expect.any(Error) });
    expect(error.message).toContain(`its last saves are in ${file}-wal`);
  });

  test('without a database is an error as before', async () => {
    const file = await closedFolder(async () => {});
    expect(errorOf(() => withoutRights(() => sqlite(file, { readOnly: true }))).code).toBe('ES_STORE_UNAVAILABLE');
  });
});

describe('what is forgotten', () => {
  const master = aesGcm({ keys: { k: createKey() } });
  const filesOf = (file: string) =>
    ['', '-wal', '-journal'].map((suffix) => `${file}${suffix}`).filter((each) => existsSync(each));
  const isIn = (file: string, bytes: Uint8Array) =>
    filesOf(file).some((each) => readFileSync(each).includes(Buffer.from(bytes)));
  const keyOf = async (store: Store, subject: string) => {
    const [row] = (await store.keyRecorder?.('DogSchool').select([subject])) ?? [];
    if (row?.key === undefined) throw new Error('There is no key.');
    const context = { kind: 'key', aggregateId: subject, version: 0, topic: '' } as const;
    return { wrapped: row.key, plain: master.decrypt(row.key, context) };
  };

  test('is in no file of the database: neither the key, nor what it kept secret', async () => {
    const file = newFile();
    const store = open(file);
    const school = new DogSchool({ store, cipher: subjectKeys(master), snapshots: { every: 2 } });
    const dogs = Array.from({ length: 200 }, (_, index) => new Dog(`Fido the ${index}th`));
    for (const dog of dogs) {
      dog.addTrick('walk the tightrope');
      await school.save(dog);
    }
    const secret = new TextEncoder().encode('tightrope');
    for (const dog of [0, 57, 58, 59, 120, 199].map((index) => dogs[index])) {
      if (dog === undefined) throw new Error('There is no dog.');
      const { wrapped, plain } = await keyOf(store, dog.id);
      expect(isIn(file, wrapped)).toBe(true);
      expect(await school.forget(dog.id)).toBe(true);
      expect(isIn(file, wrapped)).toBe(false);
      expect(isIn(file, wrapped.slice(-16))).toBe(false);
      expect(isIn(file, plain)).toBe(false);
      expect(isIn(file, secret)).toBe(false);
    }
    // The others are all there still, and new ones join them.
    await school.registerDog('Rex');
    expect(await school.getDog(dogs[60]?.id ?? '')).toMatchObject({ name: 'Fido the 60th' });
    const left = await store.keyRecorder('DogSchool').list({ limit: 1000 });
    expect(left.filter(({ key }) => key !== undefined)).toHaveLength(195);
  });

  test('leaves a trace while others are reading, which is said, and which forgetting again removes', async () => {
    const file = newFile();
    const store = open(file, { busyTimeout: 20 });
    const school = new DogSchool({ store, cipher: subjectKeys(master) });
    const id = await school.registerDog('Fido');
    const { wrapped } = await keyOf(store, id);
    const reader = new DatabaseSync(file);
    reader.exec('BEGIN; SELECT * FROM DogSchool_keys');
    const error = await rejectionOf(school.forget(id));
    expect(error).toMatchObject({ code: 'ES_STORE_BUSY' });
    expect(error.message).toMatch(/is forgotten.*Forget the subject again/);
    expect(await rejectionOf(school.getDog(id))).toMatchObject({ code: 'ES_FORGOTTEN' });
    expect(isIn(file, wrapped)).toBe(true);
    reader.close();
    expect(await school.forget(id)).toBe(false);
    expect(isIn(file, wrapped)).toBe(false);
  });
});

describe('what SQLite refuses', () => {
  test('a file that is read-only', async () => {
    const file = newFile();
    await open(file)
      .recorder('Tested')
      .insert([stored('a', 1)], { log: 'Dogs', after: 0, position: 7, parked: 'a reason' });
    const store = open(file, { readOnly: true });
    const recorder = store.recorder('Tested');
    expect(await recorder.select('a')).toEqual([stored('a', 1)]);
    expect(await recorder.position?.('Dogs')).toBe(7);
    expect(await recorder.parked?.('Dogs')).toEqual([{ position: 7, reason: 'a reason' }]);
    expect(await rejectionOf(recorder.insert([], { log: 'Dogs', after: 7, position: 8 }))).toMatchObject({
      code: 'ES_STORE_READ_ONLY',
    });
    expect(await rejectionOf(recorder.insert([stored('a', 2)]))).toMatchObject({
      code: 'ES_STORE_READ_ONLY',
      message: expect.stringContaining('because of the option readOnly, or of the rights'),
    });
    expect(await rejectionOf(recorder.insert([stored('a', 2), stored('a', 3)]))).toBeInstanceOf(StoreError);
    expect(errorOf(() => store.recorder('Other'))).toMatchObject({ code: 'ES_STORE_SCHEMA' });
  });

  test('tables that are gone, and says how to go on', async () => {
    for (const table of ['events', 'snapshots', 'keys', 'positions', 'parked'].map((name) => `Tested_${name}`)) {
      const file = newFile();
      const before = open(file);
      const recorder = before.recorder('Tested');
      await recorder.insert([stored('a', 1)]);
      const database = new DatabaseSync(file);
      database.exec(`DROP TABLE ${table}`);
      const errors = [
        errorOf(() => open(file).recorder('Tested')),
        errorOf(() => open(file, { readOnly: true }).recorder('Tested')),
      ];
      // Also to whoever had it open.
      if (table === 'Tested_events') {
        errors.push(await rejectionOf(recorder.select('a')), await rejectionOf(recorder.insert([stored('a', 2)])));
        expect(errors[2]?.cause).toBeInstanceOf(Error);
      } else if (table === 'Tested_positions') {
        errors.push(await rejectionOf(recorder.insert([stored('a', 2)], { log: 'Dogs', after: 0, position: 1 })));
      }
      for (const error of errors) {
        expect(error).toMatchObject({ code: 'ES_STORE_SCHEMA' });
        expect(error.message).toContain(`has lost ${table} of the application Tested`);
        expect(error.message).toContain(file);
      }
      // What the message says to do.
      const statement = /run `([^`]+)`/.exec(errors[0]?.message ?? '')?.[1];
      if (statement === undefined) throw new Error('There is no statement in the message.');
      database.exec(statement);
      database.close();
      const again = open(file);
      const isLost = table === 'Tested_events';
      expect(await again.recorder('Tested').select('a')).toEqual(isLost ? [] : [stored('a', 1)]);
      expect(
        await again.recorder('Tested').insert([stored('b', 1)], { log: 'Dogs', after: 0, position: 1 }),
      ).toHaveLength(1);
      await again.snapshotRecorder('Tested').put(stored('a', 1));
      const key = { subject: 'a', key: new Uint8Array([1]) };
      expect(await again.keyRecorder('Tested').insert([key])).toEqual([key]);
      expect(await recorder.select('b')).toEqual([stored('b', 1)]);
    }
  });

  test('a disk that is full: nothing of the save is there, and later saves work', async () => {
    const driver = openNodeSqlite(newFile(), {});
    const store = sqliteStore(driver);
    opened.push(store);
    const recorder = store.recorder('Tested');
    await recorder.insert([stored('a', 1)]);
    // A limit of pages is to SQLite what the end of the disk is.
    driver.exec('PRAGMA max_page_count = 20');
    const large = Array.from({ length: 500 }, (_, index) => stored('b', index + 1, 'x'.repeat(500)));
    const error = await rejectionOf(recorder.insert(large));
    expect(error).toMatchObject({ code: 'ES_STORE_FULL', cause: expect.any(Error) });
    expect(await rejectionOf(recorder.insert([stored('b', 1, 'x'.repeat(100_000))]))).toMatchObject({
      code: 'ES_STORE_FULL',
    });
    expect(await recorder.selectNotifications()).toHaveLength(1);
    driver.exec('PRAGMA max_page_count = 100000');
    expect(await recorder.insert(large)).toEqual(large.map((_, index) => index + 2));
  });

  test('a database that another process writes to for too long', async () => {
    const file = newFile();
    const recorder = open(file, { busyTimeout: 30 }).recorder('Tested');
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    expect(await rejectionOf(recorder.insert([stored('a', 1)]))).toMatchObject({
      code: 'ES_STORE_BUSY',
      message: expect.stringContaining('busyTimeout; try again'),
    });
    expect(await rejectionOf(recorder.insert([stored('a', 1), stored('a', 2)]))).toMatchObject({
      code: 'ES_STORE_BUSY',
    });
    expect(await recorder.selectNotifications()).toEqual([]);
    other.exec('ROLLBACK');
    other.close();
    expect(await recorder.insert([stored('a', 1)])).toEqual([1]);
  });

  test('a file that cannot be opened, or is something else', () => {
    const missing = errorOf(() => sqlite(join(folder, 'no', 'such.db')));
    expect(missing).toMatchObject({ code: 'ES_STORE_UNAVAILABLE' });
    expect(missing.message).toContain('such.db');
    const text = newFile();
    writeFileSync(text, 'This is not a database. '.repeat(100));
    expect(errorOf(() => sqlite(text))).toMatchObject({ code: 'ES_STORE_FAILED' });
    expect(errorOf(() => sqlite('')).code).toBe('ES_INVALID_ARGUMENT');
    for (const busyTimeout of [-1, 0.5, 2 ** 31]) {
      expect(errorOf(() => sqlite(':memory:', { busyTimeout })).code).toBe('ES_INVALID_ARGUMENT');
    }
  });

  test('tables of a newer library', async () => {
    const file = newFile();
    open(file).recorder('Tested');
    const database = new DatabaseSync(file);
    database.exec('UPDATE eventsourcing_logs SET version = 99');
    database.close();
    const error = errorOf(() => open(file).recorder('Tested'));
    expect(error).toMatchObject({ code: 'ES_STORE_SCHEMA' });
    expect(error.message).toContain('version 99');
  });

  test('a store that was closed, as often as it likes', async () => {
    const store = open();
    const school = new DogSchool({ store });
    const dog = new Dog('Fido');
    await school.save(dog);
    await store.close();
    await store.close();
    dog.addTrick('sit');
    expect(await rejectionOf(school.save(dog))).toMatchObject({ code: 'ES_STORE_CLOSED' });
    expect(dog.pendingEvents).toHaveLength(1);
    expect(await rejectionOf(school.repository.get(Dog, dog.id))).toMatchObject({ code: 'ES_STORE_CLOSED' });
    expect(errorOf(() => store.recorder('Other'))).toMatchObject({ code: 'ES_STORE_CLOSED' });
  });

  test('an error that is not of SQLite stays what it is', () => {
    const failing: SqliteDriver = {
      ...openNodeSqlite(':memory:', {}),
      exec: () => {
        throw new TypeError('of the driver');
      },
    };
    expect(() => sqliteStore(failing).recorder('Tested')).toThrow(new TypeError('of the driver'));
  });
});
