import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuid4 } from 'eventsourcing';
import { postgres } from 'eventsourcing/postgres';
import { sqlite } from 'eventsourcing/sqlite';
import { afterAll, afterEach, describe, expect, inject, test } from 'vitest';
import { Account, Accounts } from '../support/accounts.ts';
import { balances } from '../support/balances.ts';
import { rejectionOf } from '../support/errors.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';

const folder = mkdtempSync(join(tmpdir(), 'projection-'));
afterAll(() => rmSync(folder, { recursive: true }));
const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const resource of toClose.splice(0)) await resource.close();
});

function closing<R extends { close(): Promise<void> }>(resource: R): R {
  toClose.push(resource);
  return resource;
}

const newFile = () => join(folder, `${uuid4()}.db`);
const newSchema = () => `test_${uuid4().replaceAll('-', '')}`;
const url = inject('postgresUrl');

async function filled(store: ReturnType<typeof sqlite> | ReturnType<typeof postgres>) {
  const accounts = new Accounts({ store });
  const [ada, grace] = [new Account('Ada Lovelace'), new Account('Grace')];
  ada.credit(5);
  grace.credit(7);
  await accounts.save(ada, grace);
  const view = balances.open({ store });
  await view.catchUp(accounts);
  return { accounts, view, ada };
}

describe('a projection on SQLite', () => {
  test('is read with SQL, also after a rebuild', async () => {
    const { accounts, view } = await filled(closing(sqlite(newFile())));
    const owners = () =>
      view.query((tables) => `SELECT owner, balance FROM ${tables.accounts} WHERE balance > ? ORDER BY owner`, [5]);
    expect(await owners()).toEqual([['Grace', 7]]);
    await view.rebuild(accounts);
    expect(await owners()).toEqual([['Grace', 7]]);
    expect(await rejectionOf(view.query(() => 'SELECT nothing'))).toMatchObject({ code: 'ES_STORE_FAILED' });
  });

  test('is read where it takes no writes, but not made there', async () => {
    const file = newFile();
    const { accounts } = await filled(closing(sqlite(file)));
    const store = closing(sqlite(file, { readOnly: true }));
    const view = balances.open({ store });
    expect(await view.tables.accounts.count()).toBe(2);
    expect(await view.position('Accounts')).toBe(4);
    await accounts.open('Edsger');
    expect(await rejectionOf(view.catchUp(accounts))).toMatchObject({ code: 'ES_PROCESSING' });
    expect(await rejectionOf(view.rebuild(accounts))).toMatchObject({ code: 'ES_STORE_SCHEMA' });
    const other = balances.open({ store, name: 'Other' });
    expect(await rejectionOf(other.tables.accounts.all())).toMatchObject({
      code: 'ES_STORE_SCHEMA',
      message: expect.stringContaining('no up-to-date tables for the projection Other, and is open for reading only'),
    });
  });

  test('says that the store is closed, that tables are lost, and that names differ in case only', async () => {
    const store = closing(sqlite(newFile()));
    const { view } = await filled(store);
    expect(await rejectionOf(balances.open({ store, name: 'BALANCES' }).position('Accounts'))).toMatchObject({
      code: 'ES_INVALID_ARGUMENT',
      message: expect.stringContaining('differs from Balances'),
    });
    await view.query(() => 'DROP TABLE Balances_1_owners');
    expect(await rejectionOf(view.tables.owners.all())).toMatchObject({
      code: 'ES_STORE_SCHEMA',
      message: expect.stringContaining('has lost Balances_1_owners of the projection Balances'),
    });
    await store.close();
    expect(await rejectionOf(view.tables.accounts.all())).toMatchObject({ code: 'ES_STORE_CLOSED' });
  });

  test('leaves no trace of whom it forgets', async () => {
    const file = newFile();
    const { view, ada } = await filled(closing(sqlite(file)));
    const traces = () => [file, `${file}-wal`].some((path) => readFileSync(path).includes('Ada Lovelace'));
    await view.query((tables) => `SELECT * FROM ${tables.accounts}`);
    expect(traces()).toBe(true);
    // The events have the name as well: here it's about the rows.
    await view.query(() => 'DELETE FROM Accounts_events');
    await view.forget('Ada Lovelace');
    expect(await view.tables.accounts.get(ada.id)).toBeUndefined();
    expect(traces()).toBe(false);
  });

  test('says so if others read while it forgets', async () => {
    const file = newFile();
    const { view } = await filled(closing(sqlite(file, { busyTimeout: 50 })));
    const reader = closing(sqlite(file, { busyTimeout: 0 }));
    const reading = balances.open({ store: reader });
    await reading.tables.accounts.all();
    await reading.query(() => 'BEGIN');
    await reading.query((tables) => `SELECT count(*) FROM ${tables.accounts}`);
    const error = await rejectionOf(view.forget('Grace'));
    expect(error).toMatchObject({ code: 'ES_STORE_BUSY' });
    expect(error.message).toContain('The projection Balances has forgotten the subject. But others were reading');
    await reading.query(() => 'COMMIT');
    await view.forget('Grace');
    expect(await view.tables.accounts.count()).toBe(1);
  });
});

describe('a projection on PostgreSQL', () => {
  test('is read with SQL, also after a rebuild', async () => {
    const { accounts, view } = await filled(closing(postgres(url, { schema: newSchema() })));
    const owners = () =>
      view.query(
        (tables) => `SELECT owner, balance::int FROM ${tables.accounts} WHERE balance > $1 ORDER BY owner`,
        [5],
      );
    expect(await owners()).toEqual([['Grace', 7]]);
    await view.rebuild(accounts);
    expect(await owners()).toEqual([['Grace', 7]]);
    expect(await rejectionOf(view.query(() => 'SELECT nothing'))).toMatchObject({ code: 'ES_STORE_FAILED' });
    expect(await rejectionOf(view.query(() => 'SELECT $1', [null]))).toMatchObject({ code: 'ES_STORE_FAILED' });
  });

  test('is made by a deployment alone, if that is wanted', async () => {
    const schema = newSchema();
    const { accounts } = await filled(closing(postgres(url, { schema })));
    const store = closing(postgres(url, { schema, migrate: false }));
    const view = balances.open({ store });
    await accounts.open('Edsger');
    await view.catchUp(accounts);
    expect(await view.tables.accounts.count()).toBe(3);
    const refused = { code: 'ES_STORE_SCHEMA', message: expect.stringContaining('the option migrate is off') };
    expect(await rejectionOf(view.rebuild(accounts))).toMatchObject(refused);
    expect(await rejectionOf(balances.open({ store, name: 'Other' }).position('Accounts'))).toMatchObject(refused);
    const nowhere = balances.open({ store: closing(postgres(url, { schema: newSchema(), migrate: false })) });
    expect(await rejectionOf(nowhere.position('Accounts'))).toMatchObject(refused);
  });

  test('says that the store is closed, and that tables are lost', async () => {
    const store = closing(postgres(url, { schema: newSchema() }));
    const { view } = await filled(store);
    await view.query(({ owners }) => `DROP TABLE ${owners}`);
    expect(await rejectionOf(view.tables.owners.all())).toMatchObject({
      code: 'ES_STORE_SCHEMA',
      message: expect.stringMatching(/has lost .*"Balances_1_owners" of the projection Balances/),
    });
    await store.close();
    expect(await rejectionOf(view.tables.accounts.all())).toMatchObject({ code: 'ES_STORE_CLOSED' });
  });

  test('counts each event once when connections are lost', async () => {
    const schema = newSchema();
    const direct = closing(postgres(url, { schema }));
    const { accounts, view, ada } = await filled(direct);
    const server = new URL(url);
    const proxy = closing(await tcpProxy(server.hostname, Number(server.port || 5432)));
    server.hostname = '127.0.0.1';
    server.port = `${proxy.port}`;
    const following = balances.open({ store: closing(postgres(server.href, { schema })) });
    for (let n = 1; n <= 20; n++) {
      ada.credit(1);
      await accounts.save(ada);
      // A word of the request that writes rows and position.
      if (n % 2 === 0) proxy.loseAnswer('processed');
      else proxy.loseRequest('processed');
      await following.catchUp(accounts);
    }
    expect(proxy.lost).toBe(20);
    expect((await view.tables.accounts.get(ada.id))?.balance).toBe(25);
    expect((await view.tables.owners.get('Ada Lovelace'))?.total).toBe(25);
  });
});
