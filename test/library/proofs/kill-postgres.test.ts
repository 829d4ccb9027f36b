import { uuid4 } from 'eventsourcing';
import { postgres } from 'eventsourcing/postgres';
import { Client } from 'pg';
import { expect, inject, test } from 'vitest';
import { startPostgres } from '../../../src/support/postgres-server.ts';
import { counts } from './counts.ts';
import type { Place } from './processes/stores.ts';
import { expectInStep, expectWhole, killMany, type Saver, startSaver, totalOf } from './saving.ts';
import { grouped, shown } from './shown.ts';

const url = inject('postgresUrl');
const newPlace = (at: string): Place => ({ kind: 'postgres', at, schema: `kill_${uuid4().replaceAll('-', '')}` });

test('what a killed process was told is in the database, and all of each save', async (context) => {
  const place = newPlace(url);
  const acknowledged = await killMany(place, 'saver', counts.kills.postgres);
  await expectStored(place, acknowledged);
  shown(
    context,
    `${acknowledged.size} processes killed while saving: all ${grouped(totalOf(acknowledged))} acknowledged saves are there, and ` +
      'none of three events is half there',
  );
});

test('what killed followers did and how far they came are in the database together', async (context) => {
  const place = newPlace(url);
  const acknowledged = await killMany(place, 'follower', counts.killedFollowers.postgres);
  const store = postgres(url, { schema: place.schema });
  const position = await expectInStep(store.recorder('Saved'), acknowledged);
  await store.close();
  shown(
    context,
    `${acknowledged.size} followers killed on their way: what they did and the position ${grouped(position)} are in step, ` +
      'with nothing missing and nothing twice',
  );
});

test('a server that crashes and comes back costs no save, and stores none twice', async (context) => {
  // A server of its own, since others are using the one of the tests.
  const server = await startPostgres({ durable: false });
  try {
    const place = newPlace(server.url);
    const savers = ['left', 'right'].map((name) => startSaver(place, name));
    for (let crash = 0; crash < counts.serverCrashes; crash++) {
      await somewhere(savers);
      await server.crash();
    }
    const admin = new Client(server.url);
    await admin.connect();
    for (let loss = 0; loss < counts.lostConnections; loss++) {
      await somewhere(savers);
      const { rowCount } = await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'eventsourcing'`,
      );
      expect(rowCount).toBeGreaterThan(0);
    }
    await somewhere(savers);
    await admin.end();
    const acknowledged = new Map<string, number>();
    for (const saver of savers) acknowledged.set(saver.name, await saver.kill());
    await expectStored(place, acknowledged);
    shown(
      context,
      `${counts.serverCrashes} crashes of the server and ${counts.lostConnections} times all connections lost: both ` +
        `processes went on saving, and all ${grouped(totalOf(acknowledged))} acknowledged saves are there once`,
    );
  } finally {
    await server.end();
  }
});

/** Waits until each process has saved a few times more, and then a moment. */
async function somewhere(savers: readonly Saver[]): Promise<void> {
  await Promise.all(savers.map((saver) => saver.reached(saver.acknowledged + 5 + Math.floor(Math.random() * 20))));
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
}

async function expectStored({ at, schema }: Place, acknowledged: ReadonlyMap<string, number>): Promise<void> {
  const store = postgres(at, { schema });
  await expectWhole(store.recorder('Saved'), acknowledged);
  await store.close();
}
