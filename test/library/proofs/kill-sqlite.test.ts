import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqlite } from 'eventsourcing/sqlite';
import { afterAll, expect, test } from 'vitest';
import { counts } from './counts.ts';
import { expectInStep, expectWhole, killMany, totalOf } from './saving.ts';
import { grouped, shown } from './shown.ts';

const folder = mkdtempSync(join(tmpdir(), 'kill-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('what a killed process was told is in the file, and all of each save', async (context) => {
  const place = { kind: 'sqlite', at: join(folder, 'saved.db'), schema: '' } as const;
  const acknowledged = await killMany(place, 'saver', counts.kills.sqlite);
  const store = sqlite(place.at);
  const recorder = store.recorder('Saved');
  const events = await expectWhole(recorder, acknowledged);
  const ids = (await recorder.selectNotifications()).map(({ id }) => id);
  expect(ids).toEqual(ids.map((_, index) => index + 1));
  await store.close();
  expectIntact(place.at);

  shown(
    context,
    `${acknowledged.size} processes killed while saving: all ${grouped(totalOf(acknowledged))} acknowledged saves are there, none of ` +
      `three events is half there, and the ${grouped(events)} ids have no gap`,
  );
});

test('what killed followers did and how far they came are in the file together', async (context) => {
  const place = { kind: 'sqlite', at: join(folder, 'followed.db'), schema: '' } as const;
  const acknowledged = await killMany(place, 'follower', counts.killedFollowers.sqlite);
  const store = sqlite(place.at);
  const position = await expectInStep(store.recorder('Saved'), acknowledged);
  await store.close();
  expectIntact(place.at);
  shown(
    context,
    `${acknowledged.size} followers killed on their way: what they did and the position ${grouped(position)} are in step, ` +
      'with nothing missing and nothing twice',
  );
});

function expectIntact(file: string): void {
  const database = new DatabaseSync(file);
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  database.close();
}
