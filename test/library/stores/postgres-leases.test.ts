import { setImmediate } from 'node:timers/promises';
import { uuid4 } from 'eventsourcing';
import { postgres } from 'eventsourcing/postgres';
import { Runner, System } from 'eventsourcing/system';
import { Client } from 'pg';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { PostgresCoordinator } from '../../../code/src/postgres/coordinator.ts';
import type { PostgresConnection } from '../../../code/src/postgres/driver.ts';
import { PATIENCE_MS } from '../../patience.ts';
import { Account, Accounts, Ledgers } from '../support/accounts.ts';

const url = inject('postgresUrl');
const system = new System([[Accounts, Ledgers]]);
/** Longer than any test. */
const NEVER_MS = 2 ** 31 - 1;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Stores in one schema, as several processes would have them. */
function place(schema = `leases_${uuid4().replaceAll('-', '')}`) {
  return () => {
    const store = postgres(url, { schema, poolSize: 2 });
    closing.push(() => store.close());
    return store;
  };
}

async function credited(accounts: Accounts, amount: number) {
  const account = new Account('Ada');
  account.credit(amount);
  await accounts.save(account);
}

test('a lease is given to one at a time, and is free again when it is given back', async () => {
  const open = place();
  const [one, other] = [open().coordinator, open().coordinator];
  const lease = await one?.tryLease('a');
  expect(lease).toBeDefined();
  expect(await one?.tryLease('a')).toBeUndefined();
  expect(await other?.tryLease('a')).toBeUndefined();
  expect(await other?.tryLease('b')).toBeDefined();
  await lease?.release();
  expect(await other?.tryLease('a')).toBeDefined();
});

test('a lease whose connection is lost says so, and somebody else can have it', async () => {
  const open = place('leases_lost');
  const [one, other] = [open().coordinator, open().coordinator];
  const lease = await one?.tryLease('a');
  expect(lease?.lost.aborted).toBe(false);
  const client = new Client(url);
  await client.connect();
  const { rowCount } = await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks
     WHERE locktype = 'advisory' AND objid::bigint = hashtext('leases_lost/a')::bigint & 4294967295`,
  );
  expect(rowCount).toBe(1);
  await client.end();
  await vi.waitFor(() => expect(lease?.lost.aborted).toBe(true), { timeout: PATIENCE_MS });
  await vi.waitFor(async () => expect(await other?.tryLease('a')).toBeDefined(), { timeout: PATIENCE_MS });
});

test('hints get to others, and to nobody in another schema', async () => {
  const open = place();
  const [one, other, stranger] = [open().coordinator, open().coordinator, place()().coordinator];
  const heard: string[] = [];
  closing.push(async () => {
    for (const end of stop) end?.();
  });
  const stop = [
    other?.listen((log) => log && heard.push(log)),
    stranger?.listen((log) => log && heard.push(`stranger: ${log}`)),
  ];
  await vi.waitFor(
    () => {
      one?.hint('Some/thing');
      expect(heard).toContain('Some/thing');
    },
    { timeout: PATIENCE_MS, interval: 100 },
  );
  expect(heard.filter((log) => log !== 'Some/thing')).toEqual([]);
});

test('a follower wakes when another process has saved, long before it would look by itself', async () => {
  const open = place();
  const follower = new Runner(system, { store: open(), pollInterval: NEVER_MS });
  const leader = new Runner(system, { store: open(), pollInterval: NEVER_MS, follow: [] });
  closing.push(
    () => follower.stop(),
    () => leader.stop(),
  );
  await follower.start();
  await leader.start();
  await credited(leader.get(Accounts), 1);
  await leader.waitFor(Ledgers, Accounts, 2, { timeout: PATIENCE_MS });
  expect((await leader.get(Ledgers).main()).sum).toBe(1);
  expect(await leader.status()).toMatchObject([{ leader: 'Accounts', follower: 'Ledgers', position: 2, end: 2 }]);
});

test('of two runners one follows, and the other one when that stops', async () => {
  const open = place();
  const seen: string[] = [];
  const runners = ['first', 'second'].map(
    (name) =>
      new Runner(system, {
        store: open(),
        pollInterval: 50,
        options: () => ({
          hooks: {
            async process(_, next) {
              seen.push(name);
              await next();
            },
          },
        }),
      }),
  );
  const [first, second] = runners;
  closing.push(...runners.map((runner) => () => runner.stop()));
  await first?.start();
  await vi.waitFor(
    async () => {
      if (first !== undefined) await credited(first.get(Accounts), 1);
      expect(seen).toContain('first');
    },
    { timeout: PATIENCE_MS },
  );
  await second?.start();
  for (let turn = 0; turn < 5; turn++) if (second !== undefined) await credited(second.get(Accounts), 1);
  await second?.waitFor(Ledgers, Accounts, undefined, { timeout: PATIENCE_MS });
  expect(new Set(seen)).toEqual(new Set(['first']));
  await first?.stop();
  if (second !== undefined) await credited(second.get(Accounts), 1);
  await second?.waitFor(Ledgers, Accounts, undefined, { timeout: PATIENCE_MS });
  expect(seen.at(-1)).toBe('second');
});

test('the connection for it ends when nobody listens or leads any more', async () => {
  let open = 0;
  const connect = async (): Promise<PostgresConnection> => {
    open += 1;
    const ending = Promise.withResolvers<void>();
    const end = () => {
      open -= 1;
      ending.resolve();
    };
    return { query: async () => [[true]], onNotification: () => undefined, ended: ending.promise, end };
  };
  const coordinator = new PostgresCoordinator(connect, 'public');
  const stop = coordinator.listen(() => undefined);
  const lease = await coordinator.tryLease('a');
  expect(open).toBe(1);
  stop();
  await setImmediate();
  expect(open).toBe(1);
  await lease?.release();
  await setImmediate();
  expect(open).toBe(0);
});
