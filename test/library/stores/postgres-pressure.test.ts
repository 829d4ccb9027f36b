import { type Recorder, StoreError, uuid4 } from 'eventsourcing';
import { type PostgresOptions, type PostgresStore, postgres } from 'eventsourcing/postgres';
import { Client } from 'pg';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { errorOf, rejectionOf } from '../support/errors.ts';
import { stored } from '../support/stored.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';

const url = inject('postgresUrl');

/** Short, so that the tests are, too. */
const SHORT_MS = 400;
/** Much longer than what is awaited, and much shorter than to wait for ever. */
const IN_TIME_MS = 15_000;

const toClose: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

async function connected(): Promise<Client> {
  const client = new Client(url);
  await client.connect();
  toClose.push(() => client.end());
  return client;
}

interface Opened {
  readonly store: PostgresStore;
  readonly recorder: Recorder;
  readonly schema: string;
}

/** A store whose tables are there, and in which `a` has the version 1. */
async function open(options: PostgresOptions = {}, at: (url: URL) => void = () => {}): Promise<Opened> {
  const schema = `test_${uuid4().replaceAll('-', '')}`;
  const first = postgres(url, { schema });
  await first.recorder('Tested').insert([stored('a', 1)]);
  await first.close();
  const place = new URL(url);
  at(place);
  const store = postgres(place.href, { schema, ...options });
  toClose.push(() => store.close());
  const recorder = store.recorder('Tested');
  await recorder.maxNotificationId();
  return { store, recorder, schema };
}

/** A session of somebody else that holds the lock of the saves. */
async function holdLock(schema: string): Promise<{ release(): Promise<void> }> {
  const client = await connected();
  await client.query('BEGIN');
  await client.query(`SELECT "${schema}"."Tested_save"('{held}', '{1}', '{T}', '{""}', $1, false)`, [uuid4()]);
  return {
    async release() {
      await client.query('ROLLBACK');
    },
  };
}

/** How many sessions wait for a lock, of those that use a schema. */
async function waitingFor(client: Client, schema: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%' || $1 || '%'`,
    [schema],
  );
  return rows[0]?.count ?? 0;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function millisecondsOf(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await Promise.allSettled([work]);
  return performance.now() - start;
}

describe('a lock that another session holds', () => {
  test.each([0, 100])('is waited for during lockTimeout, here %i ms', async (lockTimeout) => {
    const { recorder, schema } = await open({ lockTimeout });
    const lock = await holdLock(schema);
    const error = await rejectionOf(recorder.insert([stored('a', 2)]));
    expect(error).toMatchObject({ code: 'ES_STORE_BUSY', cause: expect.any(Error) });
    expect(error.message).not.toContain('may have been stored');
    await lock.release();
    expect(await recorder.insert([stored('a', 2)])).toEqual([3]);
  });

  test('also by what is no save: keys, snapshots and readers', async () => {
    const { store, recorder, schema } = await open({ lockTimeout: 50 });
    const client = await connected();
    await client.query('BEGIN');
    for (const table of ['events', 'keys', 'snapshots']) {
      await client.query(`LOCK TABLE "${schema}"."Tested_${table}" IN ACCESS EXCLUSIVE MODE`);
    }
    const [keys, snapshots] = [store.keyRecorder('Tested'), store.snapshotRecorder('Tested')];
    for (const call of [
      () => recorder.select('a'),
      () => recorder.insert([stored('a', 2)]),
      () => keys.insert([{ subject: 's', key: new Uint8Array(1) }]),
      () => keys.forget('s'),
      () => snapshots.put(stored('a', 1)),
    ]) {
      expect(await rejectionOf(call())).toMatchObject({ code: 'ES_STORE_BUSY' });
    }
    await client.query('ROLLBACK');
    expect(await recorder.insert([stored('a', 2)])).toEqual([2]);
  });

  test('also by the first use, which makes the tables', async () => {
    const schema = `test_${uuid4().replaceAll('-', '')}`;
    const client = await connected();
    await client.query(`BEGIN; CREATE SCHEMA "${schema}"`);
    const store = postgres(url, { schema, lockTimeout: 50 });
    toClose.push(() => store.close());
    expect(await rejectionOf(store.recorder('Tested').maxNotificationId())).toMatchObject({ code: 'ES_STORE_BUSY' });
    await client.query('ROLLBACK');
    expect(await store.recorder('Tested').maxNotificationId()).toBe(0);
  });

  test.each([1, 2, 10])(
    'stops no reader of the process, however many saves wait, with %i connections',
    async (poolSize) => {
      const { recorder, schema } = await open({ poolSize });
      const lock = await holdLock(schema);
      const saves = Array.from({ length: 40 }, (_, n) => recorder.insert([stored(`${n}`, 1)]));
      const watcher = await connected();
      await until(async () => (await waitingFor(watcher, schema)) === Math.max(1, poolSize / 2));
      for (let turn = 0; turn < 5; turn++) {
        const reads = Array.from({ length: 20 }, () => recorder.select('a'));
        for (const events of await Promise.all(reads)) expect(events).toHaveLength(1);
      }
      expect(await waitingFor(watcher, schema)).toBe(Math.max(1, poolSize / 2));
      await lock.release();
      expect(new Set((await Promise.all(saves)).flat()).size).toBe(40);
    },
  );

  test('is no silence, however long it is held', async () => {
    const { recorder, schema } = await open({
      connectTimeout: SHORT_MS,
      retryTimeout: SHORT_MS,
      lockTimeout: IN_TIME_MS,
    });
    const lock = await holdLock(schema);
    const save = recorder.insert([stored('a', 2)]);
    await new Promise((resolve) => setTimeout(resolve, 4 * SHORT_MS));
    await lock.release();
    expect(await save).toEqual([3]);
  });
});

describe('more saves than there is time for', () => {
  test('are told that the store is busy, when they have waited for queueTimeout', async () => {
    const { recorder, schema } = await open({ queueTimeout: 200 });
    const lock = await holdLock(schema);
    const saves = Array.from({ length: 20 }, (_, n) => recorder.insert([stored(`${n}`, 1)]));
    for (const save of saves.slice(5)) {
      expect(await rejectionOf(save)).toMatchObject({
        code: 'ES_STORE_BUSY',
        message: expect.stringMatching(/queueTimeout, 200 ms: 5 are saving, 0 are reading/),
      });
    }
    await lock.release();
    for (const save of saves.slice(0, 5)) expect(await save).toHaveLength(1);
  });

  test('with a queueTimeout of 0 they do not wait at all', async () => {
    const { recorder, schema } = await open({ queueTimeout: 0, poolSize: 2 });
    const lock = await holdLock(schema);
    const first = recorder.insert([stored('b', 1)]);
    await until(async () => (await waitingFor(await connected(), schema)) === 1);
    expect(await rejectionOf(recorder.insert([stored('c', 1)]))).toMatchObject({ code: 'ES_STORE_BUSY' });
    await lock.release();
    expect(await first).toHaveLength(1);
  });

  test('are all stored, or told that the store is busy: 40,000 at once', async () => {
    const { recorder } = await open({ queueTimeout: 2_000 });
    const saves = Array.from({ length: 40_000 }, (_, n) => recorder.insert([stored(`${n}`, 1)]));
    const outcomes = await Promise.allSettled(saves);
    const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    for (const error of errors) if (error.code !== 'ES_STORE_BUSY') throw error;
    const ids = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
    expect(ids.length).toBeGreaterThan(0);
    expect(await recorder.maxNotificationId()).toBe(1 + ids.length);
  });

  test('do not make a reader wait behind them', async () => {
    const { recorder } = await open();
    const order: string[] = [];
    const saves = Array.from({ length: 500 }, (_, n) => recorder.insert([stored(`${n}`, 1)]));
    const all = Promise.all(saves).then(() => order.push('saves'));
    await recorder.select('a');
    order.push('read');
    await all;
    expect(order).toEqual(['read', 'saves']);
  });
});

describe('a server that falls silent', () => {
  const silent = { connectTimeout: SHORT_MS, retryTimeout: SHORT_MS };

  async function openThroughProxy(options: PostgresOptions): Promise<Opened & { readonly proxy: TcpProxy }> {
    const server = new URL(url);
    const proxy = await tcpProxy(server.hostname, Number(server.port || 5432));
    toClose.push(() => proxy.close());
    const opened = await open(options, (place) => {
      place.hostname = '127.0.0.1';
      place.port = `${proxy.port}`;
    });
    return { ...opened, proxy };
  }

  test('is noticed by those who wait for an answer, and by those who wait for their turn', async () => {
    const { recorder, proxy } = await openThroughProxy(silent);
    proxy.setSilent(true);
    const calls = [
      ...Array.from({ length: 30 }, () => recorder.select('a')),
      ...Array.from({ length: 30 }, (_, n) => recorder.insert([stored(`${n}`, 1)])),
    ];
    const milliseconds = await millisecondsOf(Promise.allSettled(calls));
    for (const call of calls) expect(await rejectionOf(call)).toMatchObject({ code: 'ES_STORE_UNAVAILABLE' });
    expect(milliseconds).toBeLessThan(IN_TIME_MS);
    proxy.setSilent(false);
    expect(await recorder.select('a')).toHaveLength(1);
  });

  test('in the middle of a save, too, whose answer was on its way: the message says so', async () => {
    const { recorder, proxy, schema } = await openThroughProxy(silent);
    const lock = await holdLock(schema);
    const save = recorder.insert([stored('a', 2)]);
    await until(async () => (await waitingFor(await connected(), schema)) === 1);
    proxy.setSilent(true);
    const error = await rejectionOf(save);
    expect(error).toMatchObject({ code: 'ES_STORE_UNAVAILABLE', cause: expect.any(Error) });
    expect(error.message).toMatch(/fallen silent|connectTimeout/);
    expect(error.message).toContain('may have been stored or not');
    await lock.release();
  });

  test('on one connection only: the save is made again, once', async () => {
    const { recorder, proxy } = await openThroughProxy({ connectTimeout: SHORT_MS });
    proxy.swallowConnections();
    expect(await recorder.select('a')).toHaveLength(1);
    proxy.swallowConnections();
    expect(await recorder.insert([stored('a', 2)])).toEqual([2]);
    proxy.swallowAnswer('lost-answer');
    expect(await recorder.insert([stored('lost-answer', 1)])).toEqual([3]);
    expect(await recorder.selectNotifications()).toHaveLength(3);
  });

  test('and speaks again within retryTimeout costs nothing', async () => {
    const { recorder, proxy } = await openThroughProxy({ connectTimeout: SHORT_MS, retryTimeout: IN_TIME_MS });
    proxy.setSilent(true);
    const [save, read] = [recorder.insert([stored('b', 1)]), recorder.select('a')];
    await new Promise((resolve) => setTimeout(resolve, 2 * SHORT_MS));
    proxy.setSilent(false);
    expect(await save).toEqual([2]);
    expect(await read).toHaveLength(1);
  });

  test('does not keep closing waiting', async () => {
    const { store, recorder, proxy } = await openThroughProxy({ closeTimeout: SHORT_MS });
    proxy.setSilent(true);
    const save = recorder.insert([stored('a', 2)]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await millisecondsOf(store.close())).toBeLessThan(IN_TIME_MS);
    const error = await rejectionOf(save);
    expect(error).toMatchObject({ code: 'ES_STORE_CLOSED' });
    expect(error.message).toContain('may have been stored or not');
  });

  test('from the beginning does not keep closing waiting, and what was not sent was not stored', async () => {
    const server = new URL(url);
    const proxy = await tcpProxy(server.hostname, Number(server.port || 5432));
    toClose.push(() => proxy.close());
    proxy.setSilent(true);
    server.hostname = '127.0.0.1';
    server.port = `${proxy.port}`;
    const store = postgres(server.href, { connectTimeout: 2 * IN_TIME_MS });
    const save = store.recorder('Tested').insert([stored('a', 2)]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await millisecondsOf(store.close())).toBeLessThan(IN_TIME_MS);
    const error = await rejectionOf(save);
    expect(error).toMatchObject({ code: 'ES_STORE_CLOSED' });
    expect(error.message).not.toContain('may have been stored');
  });
});

describe('closing', () => {
  test('answers what waits for its turn at once, and lets what was sent come to its end', async () => {
    const { store, recorder, schema } = await open({ poolSize: 4 });
    const lock = await holdLock(schema);
    const saves = Array.from({ length: 1_000 }, (_, n) => recorder.insert([stored(`${n}`, 1)]));
    const watcher = await connected();
    await until(async () => (await waitingFor(watcher, schema)) === 2);
    const closing = store.close();
    const [, , ...queued] = saves;
    for (const save of queued) {
      const error = await rejectionOf(save);
      expect(error).toMatchObject({ code: 'ES_STORE_CLOSED' });
      expect(error.message).not.toContain('may have been stored');
    }
    // They were answered while the lock was held.
    expect(await waitingFor(watcher, schema)).toBe(2);
    await lock.release();
    await closing;
    expect(await Promise.all(saves.slice(0, 2))).toHaveLength(2);
    expect(await rejectionOf(recorder.select('a'))).toMatchObject({ code: 'ES_STORE_CLOSED' });
  });

  test.each([0, 100])('waits for answers no longer than closeTimeout, here %i ms', async (closeTimeout) => {
    const { store, recorder, schema } = await open({ closeTimeout, lockTimeout: 2 * IN_TIME_MS });
    await holdLock(schema);
    const save = recorder.insert([stored('a', 2)]);
    await until(async () => (await waitingFor(await connected(), schema)) === 1);
    expect(await millisecondsOf(store.close())).toBeLessThan(IN_TIME_MS);
    const error = await rejectionOf(save);
    expect(error).toMatchObject({ code: 'ES_STORE_CLOSED', cause: expect.any(Error) });
    expect(error.message).toContain('may have been stored or not');
  });

  test('ends the pause before another attempt', async () => {
    const gone = new URL(url);
    gone.port = '1';
    const store = postgres(gone.href, { retryTimeout: 4 * IN_TIME_MS });
    const read = store.recorder('Tested').select('a');
    await new Promise((resolve) => setTimeout(resolve, SHORT_MS));
    expect(await millisecondsOf(Promise.all([store.close(), rejectionOf(read)]))).toBeLessThan(IN_TIME_MS);
    expect(await rejectionOf(read)).toMatchObject({ code: 'ES_STORE_CLOSED', cause: expect.any(Error) });
  });
});

describe('the time-outs of others', () => {
  test.each(['query_timeout=100', 'statement_timeout=100', 'lock_timeout=100', 'options=-c%20lock_timeout%3D100'])(
    'count if they are shorter: %s in the URL',
    async (parameter) => {
      const { recorder, schema } = await open({}, (place) => {
        place.search = parameter;
      });
      const lock = await holdLock(schema);
      const error = await rejectionOf(recorder.insert([stored('a', 2)]));
      expect(error).toMatchObject({ code: 'ES_STORE_BUSY', cause: expect.any(Error) });
      expect(error.message).not.toContain('may have been stored');
      await lock.release();
      // Nobody is left on the server who would store it later.
      expect(await recorder.insert([stored('a', 2)])).toEqual([3]);
    },
  );

  test('a statement that takes too long by itself is one, too', async () => {
    const { recorder, schema } = await open({ lockTimeout: 0, statementTimeout: 200 });
    await (await connected()).query(`
      CREATE FUNCTION "${schema}".slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END';
      CREATE TRIGGER slow BEFORE INSERT ON "${schema}"."Tested_events" EXECUTE FUNCTION "${schema}".slow();
    `);
    const error = await rejectionOf(recorder.insert([stored('a', 2)]));
    expect(error).toMatchObject({ code: 'ES_STORE_BUSY' });
    expect(error.message).toContain('it took longer than a time-out allows (57014');
    expect(await recorder.select('a')).toHaveLength(1);
  });

  test('a server that ends idle sessions costs nothing', async () => {
    const { recorder } = await open({}, (place) => {
      place.search = 'options=-c%20idle_session_timeout%3D50';
    });
    for (let version = 2; version < 5; version++) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(await recorder.insert([stored('a', version)])).toEqual([version]);
    }
  });
});

test('options that would be waits without end are refused', () => {
  const tooLong = 2 ** 31;
  for (const options of [
    { connectTimeout: 0 },
    { statementTimeout: 0 },
    { connectTimeout: tooLong },
    { retryTimeout: tooLong },
    { queueTimeout: tooLong },
    { lockTimeout: -1 },
    { closeTimeout: Number.POSITIVE_INFINITY },
    { queueTimeout: Number.NaN },
  ] satisfies PostgresOptions[]) {
    const error = errorOf(() => postgres(url, options));
    expect(error.code).toBe('ES_INVALID_ARGUMENT');
    expect(error.message).toContain(`The option ${Object.keys(options)[0]} must be`);
  }
  expect(errorOf(() => postgres(`${url}?query_timeout=soon`))).not.toBeInstanceOf(StoreError);
});

describe('more than fits one statement', () => {
  const large = (aggregateId: string, megabytes: number) => ({
    ...stored(aggregateId, 1),
    state: new Uint8Array(megabytes * 1_000_000),
  });

  test('is refused before anything is sent, be it one event or many', async () => {
    const { recorder } = await open();
    for (const events of [[large('b', 269)], [large('b', 100), large('c', 100), large('d', 100)]]) {
      const error = await rejectionOf(recorder.insert(events));
      expect(error).toMatchObject({ code: 'ES_INVALID_ARGUMENT' });
      expect(error.message).toMatch(/can have 268 MB, and this one has (269|300) MB in [13] events\. Save fewer/);
    }
    expect(await recorder.maxNotificationId()).toBe(1);
    expect(await recorder.insert([stored('a', 2)])).toEqual([2]);
  });

  test('is refused as a snapshot, too, which could be stored and never read again', async () => {
    const { store } = await open();
    const error = await rejectionOf(store.snapshotRecorder('Tested').put(large('a', 269)));
    expect(error.code).toBe('ES_INVALID_ARGUMENT');
    expect(error.message).toContain('take no snapshots of it');
  });

  test('a save of many megabytes is stored, and read back', async () => {
    const { recorder } = await open();
    const event = large('b', 8);
    event.state.fill(7, 10, 20);
    await recorder.insert([event]);
    expect(Buffer.compare((await recorder.select('b'))[0]?.state ?? new Uint8Array(), event.state)).toBe(0);
  });
});
