import { PositionConflictError, type Tracking, uuid4, VersionConflictError } from 'eventsourcing';
import { type PostgresOptions, type PostgresStore, postgres } from 'eventsourcing/postgres';
import { Client } from 'pg';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { PATIENCE_MS } from '../../patience.ts';
import { DogSchool } from '../support/dog.ts';
import { errorOf, rejectionOf } from '../support/errors.ts';
import { stored } from '../support/stored.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';

const url = inject('postgresUrl');
const newSchema = () => `test_${uuid4().replaceAll('-', '')}`;

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const resource of toClose.splice(0)) await resource.close();
});

function open(schema = newSchema(), options: PostgresOptions = {}, at = url): PostgresStore {
  const store = postgres(at, { schema, ...options });
  toClose.push(store);
  return store;
}

/** A connection of its own, past the library. */
async function connected(at = url): Promise<Client> {
  const client = new Client(at);
  await client.connect();
  toClose.push({ close: () => client.end() });
  return client;
}

async function openThroughProxy(schema: string): Promise<{ store: PostgresStore; proxy: TcpProxy }> {
  const server = new URL(url);
  const proxy = await tcpProxy(server.hostname, Number(server.port || 5432));
  toClose.push(proxy);
  server.hostname = '127.0.0.1';
  server.port = `${proxy.port}`;
  return { store: open(schema, {}, server.href), proxy };
}

describe('a database', () => {
  test('opened again, it has what was saved', async () => {
    const schema = newSchema();
    const first = open(schema);
    const id = await new DogSchool({ store: first }).registerDog('Fido');
    await first.close();
    const again = new DogSchool({ store: open(schema) });
    await again.addTrick(id, 'sit');
    expect(await again.getDog(id)).toEqual({ name: 'Fido', tricks: ['sit'] });
  });

  test('is made ready by several processes at once', async () => {
    const schema = newSchema();
    const recorders = Array.from({ length: 8 }, () => open(schema).recorder('Tested'));
    await Promise.all(recorders.map((recorder, writer) => recorder.insert([stored(`${writer}`, 1)])));
    expect(await recorders[0]?.maxNotificationId()).toBe(8);
  });

  test('refuses names that it would cut off or misread', () => {
    for (const name of ['', 'my school', '1st', 'a"; DROP TABLE b; --', 'Ünder', 'x'.repeat(54)]) {
      const error = errorOf(() => open().recorder(name));
      expect(error.code).toBe('ES_INVALID_ARGUMENT');
      expect(error.message).toContain(JSON.stringify(name));
    }
    for (const schema of ['', 'pg_school', 'a"b', 'x'.repeat(64)]) {
      expect(errorOf(() => postgres(url, { schema })).code).toBe('ES_INVALID_ARGUMENT');
    }
  });

  test('takes the longest name that it has room for', async () => {
    const recorder = open().recorder('x'.repeat(53));
    expect(await recorder.insert([stored('a', 1)])).toEqual([1]);
    expect(await rejectionOf(recorder.insert([stored('a', 1)]))).toBeInstanceOf(VersionConflictError);
  });

  test('is left as it is, if told so', async () => {
    const schema = newSchema();
    const error = await rejectionOf(open(schema, { migrate: false }).recorder('Tested').maxNotificationId());
    expect(error).toMatchObject({ code: 'ES_STORE_SCHEMA' });
    expect(error.message).toMatch(/\{ migrate: true \}, .*POSTGRES_MIGRATE=yes/);
    await open(schema)
      .recorder('Tested')
      .insert([stored('a', 1)]);
    expect(await open(schema, { migrate: false }).recorder('Tested').maxNotificationId()).toBe(1);
  });

  test.each([1, 2, 3, 4])('of version %i is brought up to date, and keeps its events', async (version) => {
    const schema = newSchema();
    await open(schema)
      .recorder('Tested')
      .insert([stored('a', 1)]);
    const client = await connected();
    if (version < 2) await client.query(`DROP TABLE "${schema}"."Tested_snapshots"`);
    if (version < 3) await client.query(`DROP TABLE "${schema}"."Tested_keys"`);
    if (version < 4) await client.query(savingOfVersion1(schema));
    await client.query(`DROP TABLE "${schema}"."Tested_positions", "${schema}"."Tested_parked"`);
    await client.query(`DROP FUNCTION "${schema}"."Tested_follow"`);
    await client.query(`UPDATE "${schema}".eventsourcing_logs SET version = ${version}`);
    const old = open(schema, { migrate: false }).recorder('Tested');
    expect(await rejectionOf(old.select('a'))).toMatchObject({ code: 'ES_STORE_SCHEMA' });
    const store = open(schema);
    const key = { subject: 'a', key: new Uint8Array([1]) };
    expect(await store.keyRecorder('Tested').insert([key])).toEqual([key]);
    await store.snapshotRecorder('Tested').put(stored('a', 1));
    expect(await store.snapshotRecorder('Tested').select('a')).toEqual([stored('a', 1)]);
    expect(await store.recorder('Tested').select('a')).toEqual([stored('a', 1)]);
    expect(await rejectionOf(store.recorder('Tested').insert([stored('a', 3)]))).toMatchObject({ foundVersion: 1 });
    expect(await store.recorder('Tested').insert([stored('a', 2), stored('b', 1)])).toEqual([2, 3]);
    expect(await store.recorder('Tested').insert([stored('c', 1)], { log: 'Dogs', after: 0, position: 1 })).toEqual([
      4,
    ]);
    expect(await old.position?.('Dogs')).toBe(1);
    expect(await old.maxNotificationId()).toBe(4);
  });

  test('that has lost tables or functions says so, and how to go on', async () => {
    const tables = ['events', 'snapshots', 'keys', 'positions', 'parked'].map((name) => `TABLE Tested_${name}`);
    for (const lost of [...tables, 'FUNCTION Tested_save', 'FUNCTION Tested_follow']) {
      const schema = newSchema();
      const recorder = open(schema).recorder('Tested');
      await recorder.insert([stored('a', 1)]);
      const client = await connected();
      const [kind, name] = lost.split(' ');
      await client.query(`DROP ${kind} "${schema}"."${name}"`);
      const errors = [
        await rejectionOf(open(schema).recorder('Tested').select('a')),
        await rejectionOf(open(schema, { migrate: false }).recorder('Tested').select('a')),
      ];
      // Also to whoever has used it before.
      if (/events|save/.test(lost)) errors.push(await rejectionOf(recorder.insert([stored('a', 2)])));
      if (/save|positions|follow/.test(lost)) {
        errors.push(await rejectionOf(recorder.insert([stored('a', 2)], { log: 'Dogs', after: 0, position: 1 })));
      }
      for (const error of errors) {
        expect(error).toMatchObject({ code: 'ES_STORE_SCHEMA' });
        expect(error.message).toMatch(new RegExp(`has lost .*"${schema}"."${name}".* of the application Tested`));
      }
      const statement = /run `(.+?)` and open/.exec(errors[0]?.message ?? '')?.[1];
      if (statement === undefined) throw new Error('There is no statement in the message.');
      await client.query(statement);
      const again = open(schema);
      const isLost = name === 'Tested_events';
      expect(await again.recorder('Tested').select('a')).toEqual(isLost ? [] : [stored('a', 1)]);
      expect(await again.recorder('Tested').insert([stored('b', 1)])).toHaveLength(1);
      await again.snapshotRecorder('Tested').put(stored('a', 1));
      expect(await again.keyRecorder('Tested').forget('a')).toBe(false);
      expect(await recorder.insert([stored('b', 2)])).toHaveLength(1);
      expect(
        await recorder.insert([stored('b', 3)], { log: 'Dogs', after: 0, position: 1, parked: 'a reason' }),
      ).toHaveLength(1);
      expect(await recorder.parked?.('Dogs')).toHaveLength(1);
    }
  });

  test('whose schema is gone says so to whoever has used it, and is made again by whoever opens it', async () => {
    const schema = newSchema();
    const recorder = open(schema).recorder('Tested');
    await recorder.insert([stored('a', 1)]);
    await (await connected()).query(`DROP SCHEMA "${schema}" CASCADE`);
    const error = await rejectionOf(recorder.insert([stored('a', 2)]));
    expect(error).toMatchObject({ code: 'ES_STORE_SCHEMA', cause: expect.any(Error) });
    expect(error.message).toContain('you can do without what was in them, open the store once more');
    expect(
      await open(schema)
        .recorder('Tested')
        .insert([stored('b', 1)]),
    ).toEqual([1]);
    expect(await recorder.select('b')).toEqual([stored('b', 1)]);
  });

  test('is used by a role that owns its schema, and has no other right', async () => {
    const schema = newSchema();
    const role = `role_${uuid4().replaceAll('-', '')}`;
    const client = await connected();
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; CREATE SCHEMA "${schema}" AUTHORIZATION ${role}`);
    const at = new URL(url);
    at.username = role;
    at.password = 'secret';
    const recorder = open(schema, {}, at.href).recorder('Tested');
    expect(await recorder.insert([stored('a', 1)])).toEqual([1]);
    expect(await open(schema, { migrate: false }, at.href).recorder('Tested').select('a')).toHaveLength(1);
    const refused = await rejectionOf(open(newSchema(), {}, at.href).recorder('Tested').select('a'));
    expect(refused).toMatchObject({ code: 'ES_STORE_FAILED' });
    expect(refused.message).toContain('its role has no right to that');
    for (const store of toClose.splice(0)) await store.close();
    const last = new Client(url);
    await last.connect();
    await last.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
    await last.end();
  });

  test('with tables of a newer library is refused', async () => {
    const schema = newSchema();
    await open(schema)
      .recorder('Tested')
      .insert([stored('a', 1)]);
    await (await connected()).query(`UPDATE "${schema}".eventsourcing_logs SET version = 99`);
    const error = await rejectionOf(open(schema).recorder('Tested').select('a'));
    expect(error).toMatchObject({ code: 'ES_STORE_SCHEMA' });
    expect(error.message).toContain('version 99');
  });

  test('gives the next id after a conflict, and never one twice', async () => {
    const schema = newSchema();
    const recorder = open(schema).recorder('Tested');
    await recorder.insert([stored('a', 1), stored('a', 2)]);
    await rejectionOf(recorder.insert([stored('b', 1), stored('a', 2)]));
    expect(await recorder.insert([stored('a', 3)])).toEqual([3]);
    await (await connected()).query(`DELETE FROM "${schema}"."Tested_events" WHERE position = 3`);
    expect(await recorder.insert([stored('a', 3)])).toEqual([4]);
  });

  test('a save that is rolled back leaves a gap, which readers cross', async () => {
    const schema = newSchema();
    const recorder = open(schema).recorder('Tested');
    await recorder.insert([stored('a', 1)]);
    const client = await connected();
    await client.query('BEGIN');
    await saveWith(client, schema, 'b');
    await client.query('ROLLBACK');
    expect(await recorder.insert([stored('a', 2)])).toEqual([3]);
    expect((await recorder.selectNotifications({ start: 2, limit: 1 })).map(({ id }) => id)).toEqual([3]);
  });
});

describe('a transaction that takes its time', () => {
  test('stops no reader, and is not overtaken by another save', async () => {
    const schema = newSchema();
    const recorder = open(schema).recorder('Tested');
    await recorder.insert([stored('a', 1)]);
    const slow = await connected();
    await slow.query('BEGIN');
    expect(await saveWith(slow, schema, 'slow')).toBe(2);
    let isStored = false;
    const next = recorder.insert([stored('a', 2)]).then((ids) => {
      isStored = true;
      return ids;
    });
    for (let turn = 0; turn < 10; turn++) {
      expect((await recorder.selectNotifications()).map(({ id }) => id)).toEqual([1]);
      expect(await recorder.select('a')).toHaveLength(1);
    }
    expect(isStored).toBe(false);
    await slow.query('COMMIT');
    expect(await next).toEqual([3]);
    expect((await recorder.selectNotifications()).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  test('in another database, or elsewhere in this one, stops nobody', async () => {
    const schema = newSchema();
    const recorder = open(schema).recorder('Tested');
    await recorder.insert([stored('a', 1)]);
    const admin = await connected();
    const other = `other_${uuid4().replaceAll('-', '')}`;
    await admin.query(`CREATE DATABASE ${other}`);
    const at = new URL(url);
    at.pathname = `/${other}`;
    const idle = new Client(at.href);
    await idle.connect();
    for (const client of [idle, admin]) {
      await client.query('BEGIN; CREATE TABLE idle_table (a int); INSERT INTO idle_table VALUES (1)');
    }
    await recorder.insert([stored('a', 2)]);
    expect((await recorder.selectNotifications()).map(({ id }) => id)).toEqual([1, 2]);
    await idle.end();
    await admin.query('ROLLBACK');
    await admin.query(`DROP DATABASE ${other}`);
  });
});

describe('followers', () => {
  test('wait for who is at the same log, and neither for those of other logs nor for readers', async () => {
    const schema = newSchema();
    const recorder = open(schema).recorder('Tested');
    await recorder.insert([], { log: 'Dogs', after: 0, position: 1, parked: 'a reason' });
    const slow = await connected();
    await slow.query('BEGIN');
    await followWith(slow, schema, { log: 'Dogs', after: 1, position: 2 });
    let isStored = false;
    const same = rejectionOf(recorder.insert([stored('a', 1)], { log: 'Dogs', after: 1, position: 3 })).finally(() => {
      isStored = true;
    });
    for (let position = 1; position <= 5; position++) {
      expect(await recorder.insert([stored('b', position)], { log: 'Cats', after: position - 1, position })).toEqual([
        2 * position - 1,
      ]);
      expect(await recorder.insert([stored('c', position)])).toEqual([2 * position]);
      expect(await recorder.position?.('Dogs')).toBe(1);
    }
    expect(await recorder.insert([], { log: 'Dogs', after: 1, position: 1, wasParked: true })).toEqual([]);
    expect(isStored).toBe(false);
    await slow.query('COMMIT');
    expect(await same).toMatchObject({ code: 'ES_POSITION_CONFLICT', position: 3, foundPosition: 2 });
    expect(await recorder.select('a')).toEqual([]);
  });

  test('whose first is rolled back leave its place to who waits', async () => {
    const schema = newSchema();
    const recorder = open(schema).recorder('Tested');
    expect(await recorder.position?.('Dogs')).toBe(0);
    const slow = await connected();
    await slow.query('BEGIN');
    await followWith(slow, schema, { log: 'Dogs', after: 0, position: 9 });
    const next = recorder.insert([stored('a', 1)], { log: 'Dogs', after: 0, position: 1 });
    const watcher = await connected();
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%' || $1 || '%'`;
    while ((await watcher.query(waiting, [schema])).rowCount === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await slow.query('ROLLBACK');
    expect(await next).toEqual([1]);
    expect(await recorder.position?.('Dogs')).toBe(1);
  });

  test('that start from where nobody has come leave nothing behind', async () => {
    const schema = newSchema();
    const recorder = open(schema).recorder('Tested');
    const error = await rejectionOf(recorder.insert([stored('a', 1)], { log: 'Dogs', after: 3, position: 4 }));
    expect(error).toMatchObject({ code: 'ES_POSITION_CONFLICT', position: 4, foundPosition: 0 });
    expect((await (await connected()).query(`SELECT FROM "${schema}"."Tested_positions"`)).rowCount).toBe(0);
  });

  test('store the position and the events in one transaction', async () => {
    const schema = newSchema();
    await open(schema)
      .recorder('Tested')
      .insert([stored('a', 1)], { log: 'Dogs', after: 0, position: 1 });
    const { rows } = await (await connected()).query<{ same: boolean }>(
      `SELECT e.xmin = p.xmin AS same FROM "${schema}"."Tested_events" AS e, "${schema}"."Tested_positions" AS p`,
    );
    expect(rows).toEqual([{ same: true }]);
  });

  test('that repeat a call get the first answer, also if others have gone on since', async () => {
    const schema = newSchema();
    const recorder = open(schema).recorder('Tested');
    const client = await connected();
    await recorder.insert([], { log: 'Dogs', after: 0, position: 1, parked: 'a reason' });
    const calls = [
      [{ log: 'Dogs', after: 1, position: 2 }, ['a']],
      [{ log: 'Dogs', after: 2, position: 3, parked: 'a reason' }, []],
      [{ log: 'Dogs', after: 3, position: 4, parked: 'a reason' }, ['b', 'c']],
      [{ log: 'Dogs', after: 4, position: 1, wasParked: true }, []],
      [{ log: 'Dogs', after: 4, position: 4, wasParked: true }, ['d']],
    ] as const;
    const tokens = calls.map(() => uuid4());
    const answers: unknown[] = [];
    for (const [index, [tracking, ids]] of calls.entries()) {
      answers.push(await followWith(client, schema, tracking, ids, tokens[index]));
    }
    const ids = [1, null, 2, null, 4].map((first) => ({ first: first === null ? null : `${first}`, refused_at: null }));
    expect(answers).toEqual(ids);
    await recorder.insert([], { log: 'Dogs', after: 4, position: 5 });
    for (const [index, [tracking, ids]] of calls.entries()) {
      expect(await followWith(client, schema, tracking, ids, tokens[index], true)).toEqual(answers[index]);
      const other = await followWith(client, schema, tracking, ids, uuid4(), true);
      expect(other).toEqual({ first: null, refused_at: '5' });
    }
    expect(await recorder.selectNotifications()).toHaveLength(4);
  });
});

describe('a lost connection', () => {
  test('when the server closes the connections, the next calls make new ones', async () => {
    const schema = newSchema();
    const recorder = open(schema).recorder('Tested');
    const client = await connected();
    for (let round = 0; round < 3; round++) {
      await Promise.all(['a', 'b', 'c'].map((id) => recorder.insert([stored(id, round)])));
      await closeOthers(client, schema);
      expect(await recorder.maxNotificationId()).toBe(3 * (round + 1));
      await closeOthers(client, schema);
      expect(await recorder.select('a')).toHaveLength(round + 1);
      await closeOthers(client, schema);
    }
  });

  test('in the middle of saves costs none of them, and stores none twice', async () => {
    const schema = newSchema();
    const recorder = open(schema, { retryTimeout: PATIENCE_MS }).recorder('Tested');
    const client = await connected();
    await recorder.insert([stored('first', 1)]);
    let isSaving = true;
    let saves = 0;
    const saving = Promise.all(
      ['a', 'b', 'c', 'd'].map(async (id) => {
        for (let version = 1; version <= 40; version++) {
          await recorder.insert([stored(id, version)]);
          saves += 1;
        }
      }),
    ).finally(() => {
      isSaving = false;
    });
    let closed = 0;
    while (isSaving) {
      closed += await closeOthers(client, schema);
      // However slow the machine is, some save gets through between two of these.
      for (const before = saves; isSaving && saves === before; ) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await saving;
    expect(closed).toBeGreaterThan(0);
    const log = await recorder.selectNotifications();
    expect(new Set(log.map(({ aggregateId, version }) => `${aggregateId} ${version}`)).size).toBe(161);
    expect(log).toHaveLength(161);
  });

  test('before the request arrives: the save is made once', async () => {
    const { store, proxy } = await openThroughProxy(newSchema());
    const recorder = store.recorder('Tested');
    await recorder.insert([stored('a', 1)]);
    proxy.loseRequest('lost-request');
    expect(await recorder.insert([stored('lost-request', 2), stored('b', 1)])).toEqual([2, 3]);
    expect(proxy.lost).toBe(1);
    expect(await recorder.selectNotifications()).toHaveLength(3);
  });

  test('before the answer arrives: the save is recognised', async () => {
    const { store, proxy } = await openThroughProxy(newSchema());
    const recorder = store.recorder('Tested');
    await recorder.insert([stored('a', 1)]);
    proxy.loseAnswer('lost-answer');
    expect(await recorder.insert([stored('lost-answer', 2), stored('b', 1)])).toEqual([2, 3]);
    expect(proxy.lost).toBe(1);
    expect(await recorder.selectNotifications()).toHaveLength(3);
    expect(await recorder.insert([stored('a', 2)])).toEqual([4]);
  });

  test('does not make the events of somebody else one’s own, be they alike', async () => {
    const schema = newSchema();
    const { store, proxy } = await openThroughProxy(schema);
    const recorder = store.recorder('Tested');
    await recorder.insert([stored('a', 1)]);
    const other = open(schema).recorder('Tested');
    proxy.loseRequest('alike', async () => {
      await other.insert([stored('alike', 1)]);
    });
    expect(await rejectionOf(recorder.insert([stored('alike', 1)]))).toBeInstanceOf(VersionConflictError);
    expect(proxy.lost).toBe(1);
  });

  /** Calls of a follower, each with its events, whose first is of the aggregate `lost`. */
  const followed: readonly (readonly [name: string, aggregates: readonly string[], tracking: Tracking])[] = [
    ['with events', ['lost', 'b'], { log: 'lost', after: 2, position: 7 }],
    ['without events', [], { log: 'lost', after: 2, position: 3 }],
    ['that puts aside', [], { log: 'lost', after: 2, position: 3, parked: 'a reason' }],
    ['that takes up, with events', ['lost'], { log: 'lost', after: 2, position: 2, wasParked: true }],
    ['that takes up, without events', [], { log: 'lost', after: 2, position: 2, wasParked: true }],
  ];

  test.each(followed)('before the request of a follower arrives, %s: it is made once', async (_, ids, tracking) => {
    const { store, proxy } = await openThroughProxy(newSchema());
    const recorder = store.recorder('Tested');
    await recorder.insert([stored('a', 1)], { log: 'lost', after: 0, position: 2, parked: '2' });
    proxy.loseRequest('lost');
    const events = ids.map((id) => stored(id, 1));
    expect(await recorder.insert(events, tracking)).toEqual(events.map((_, index) => index + 2));
    expect(proxy.lost).toBe(1);
    expect(await recorder.selectNotifications()).toHaveLength(1 + events.length);
    expect(await rejectionOf(recorder.insert([], tracking))).toBeInstanceOf(PositionConflictError);
  });

  test.each(followed)('before a follower gets the answer, %s: what it did is recognised', async (_, ids, tracking) => {
    const { store, proxy } = await openThroughProxy(newSchema());
    const recorder = store.recorder('Tested');
    await recorder.insert([stored('a', 1)], { log: 'lost', after: 0, position: 2, parked: '2' });
    proxy.loseAnswer('lost');
    const events = ids.map((id) => stored(id, 1));
    expect(await recorder.insert(events, tracking)).toEqual(events.map((_, index) => index + 2));
    expect(proxy.lost).toBe(1);
    expect(await recorder.selectNotifications()).toHaveLength(1 + events.length);
    expect(await recorder.position?.('lost')).toBe(Math.max(2, tracking.wasParked ? 0 : tracking.position));
    expect(await recorder.parked?.('lost')).toEqual([
      ...(tracking.wasParked ? [] : [{ position: 2, reason: '2' }]),
      ...(tracking.parked === undefined ? [] : [{ position: 3, reason: tracking.parked }]),
    ]);
    expect(await rejectionOf(recorder.insert(events, tracking))).toBeInstanceOf(PositionConflictError);
  });

  test.each(followed)('does not make the work of another follower one’s own, %s', async (_, ids, tracking) => {
    const schema = newSchema();
    const { store, proxy } = await openThroughProxy(schema);
    const recorder = store.recorder('Tested');
    await recorder.insert([stored('a', 1)], { log: 'lost', after: 0, position: 2, parked: '2' });
    const other = open(schema).recorder('Tested');
    const events = ids.map((id) => stored(id, 1));
    proxy.loseRequest('lost', async () => {
      await other.insert(events, tracking);
    });
    expect(await rejectionOf(recorder.insert(events, tracking))).toBeInstanceOf(PositionConflictError);
    expect(proxy.lost).toBe(1);
  });

  test('that cannot be made again is an error that says so', async () => {
    const schema = newSchema();
    const { store, proxy } = await openThroughProxy(schema);
    const recorder = store.recorder('Tested');
    await recorder.insert([stored('a', 1)]);
    const { port } = proxy;
    await proxy.close();
    toClose.splice(toClose.indexOf(proxy), 1);
    const gone = new URL(url);
    gone.hostname = '127.0.0.1';
    gone.port = `${port}`;
    const lost = open(schema, { retryTimeout: 100 }, gone.href).recorder('Tested');
    const error = await rejectionOf(lost.insert([stored('a', 2)]));
    expect(error).toMatchObject({ code: 'ES_STORE_UNAVAILABLE', cause: expect.any(Error) });
    expect(error.message).toContain(`127.0.0.1:${port}`);
    expect(error.message).not.toContain('password');
  });
});

describe('what PostgreSQL refuses', () => {
  test('a database that is not there, at once', async () => {
    const wrong = new URL(url);
    wrong.pathname = '/no_such_database';
    const error = await rejectionOf(open(newSchema(), {}, wrong.href).recorder('Tested').select('a'));
    expect(error).toMatchObject({ code: 'ES_STORE_FAILED' });
  });

  test('a database that is read-only', async () => {
    const schema = newSchema();
    await open(schema)
      .recorder('Tested')
      .insert([stored('a', 1)]);
    const readOnly = new URL(url);
    readOnly.searchParams.set('options', '-c default_transaction_read_only=on');
    const recorder = open(schema, {}, readOnly.href).recorder('Tested');
    expect(await recorder.select('a')).toHaveLength(1);
    expect(await rejectionOf(recorder.insert([stored('a', 2)]))).toMatchObject({ code: 'ES_STORE_READ_ONLY' });
  });

  test('a save that waits for longer than the database allows', async () => {
    const schema = newSchema();
    await open(schema)
      .recorder('Tested')
      .insert([stored('a', 1)]);
    const slow = await connected();
    await slow.query('BEGIN');
    await saveWith(slow, schema, 'slow');
    const impatient = new URL(url);
    impatient.searchParams.set('options', '-c lock_timeout=20');
    const recorder = open(schema, {}, impatient.href).recorder('Tested');
    expect(await rejectionOf(recorder.insert([stored('a', 2)]))).toMatchObject({ code: 'ES_STORE_BUSY' });
    await slow.query('ROLLBACK');
  });

  test('options that cannot be right', () => {
    for (const wrong of ['', 'localhost', 'mysql://localhost/dogs']) {
      expect(errorOf(() => postgres(wrong)).code).toBe('ES_INVALID_ARGUMENT');
    }
    for (const options of [{ poolSize: 0 }, { connectTimeout: -1 }, { retryTimeout: 0.5 }]) {
      expect(errorOf(() => postgres(url, options)).code).toBe('ES_INVALID_ARGUMENT');
    }
  });

  test('a store that was closed, as often as it likes', async () => {
    const store = open();
    const recorder = store.recorder('Tested');
    await recorder.insert([stored('a', 1)]);
    await store.close();
    await store.close();
    expect(await rejectionOf(recorder.insert([stored('a', 2)]))).toMatchObject({ code: 'ES_STORE_CLOSED' });
    expect(await rejectionOf(recorder.select('a'))).toMatchObject({ code: 'ES_STORE_CLOSED' });
  });
});

/** Stores one event as the library does, on a connection whose transaction the test decides about. */
async function saveWith(client: Client, schema: string, aggregateId: string): Promise<number> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT "${schema}"."Tested_save"($1, '{1}', '{Tested.Stored}', '{""}', $2, false) AS id`,
    [[aggregateId], uuid4()],
  );
  return Number(rows[0]?.id);
}

/** Stores a position, and an event of each aggregate, as the library does, on a connection of the test. */
async function followWith(
  client: Client,
  schema: string,
  { log, after, position, parked, wasParked = false }: Tracking,
  ids: readonly string[] = [],
  token = uuid4(),
  isRetry = false,
): Promise<unknown> {
  const { rows } = await client.query(
    `SELECT first, refused_at FROM "${schema}"."Tested_follow"($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...[log, after, position, parked !== undefined, parked ?? '', wasParked],
      ...[ids, ids.map(() => 1), ids.map(() => 'Tested.Stored'), ids.map(() => Buffer.alloc(0)), token, isRetry],
    ],
  );
  return rows[0];
}

/** Ends the connections on which a schema was used last. Returns how many. */
async function closeOthers(client: Client, schema: string): Promise<number> {
  const { rowCount } = await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE '%' || $1 || '%'`,
    [schema],
  );
  return rowCount ?? 0;
}

/** The function for saves as it was before version 4, when it took versions that left a gap. */
function savingOfVersion1(schema: string): string {
  const [events, sequence] = [`"${schema}"."Tested_events"`, `"${schema}"."Tested_seq"`];
  return `
    CREATE OR REPLACE FUNCTION "${schema}"."Tested_save"(
      ids text[], versions bigint[], topics text[], states bytea[], token uuid, is_retry boolean
    ) RETURNS bigint LANGUAGE plpgsql AS $function$
    DECLARE
      first bigint;
    BEGIN
      PERFORM pg_advisory_xact_lock(${0x65_76_65_6e}, '${events}'::regclass::oid::integer);
      IF is_retry THEN
        SELECT position INTO first FROM ${events}
          WHERE aggregate_id = ids[1] AND version = versions[1] AND save_token = token;
        IF FOUND THEN
          RETURN first;
        END IF;
      END IF;
      SELECT 1 + greatest((SELECT last_value FROM ${sequence}), (SELECT max(position) FROM ${events})) INTO first;
      INSERT INTO ${events} (position, aggregate_id, version, topic, state, save_token)
        SELECT first + n - 1, e.id, e.version, e.topic, e.state, CASE n WHEN 1 THEN token END
        FROM unnest(ids, versions, topics, states) WITH ORDINALITY AS e (id, version, topic, state, n);
      PERFORM setval('${sequence}', first + cardinality(ids) - 1);
      RETURN first;
    END
    $function$`;
}
