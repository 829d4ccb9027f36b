import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqlite } from 'eventsourcing/sqlite';
import { afterAll, expect, test } from 'vitest';
import { counts } from './counts.ts';
import { expectWhole, killSomewhere } from './saving.ts';
import { grouped, shown } from './shown.ts';

const folder = mkdtempSync(join(tmpdir(), 'kill-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('what a killed process was told is in the file, and all of each save', async (context) => {
  const place = { kind: 'sqlite', at: join(folder, 'saved.db'), schema: '' } as const;
  const acknowledged = new Map<string, number>();
  // Two at a time: the first two also race to make the file and its tables, and one of two often outlives the other.
  const kills = async (lane: string) => {
    for (let n = 1; n <= counts.kills.sqlite / 2; n++) {
      const name = `${lane}${n}`;
      acknowledged.set(name, await killSomewhere(place, name));
    }
  };
  await Promise.all([kills('left'), kills('right')]);

  const store = sqlite(place.at);
  const recorder = store.recorder('Saved');
  const events = await expectWhole(recorder, acknowledged);
  const ids = (await recorder.selectNotifications()).map(({ id }) => id);
  expect(ids).toEqual(ids.map((_, index) => index + 1));
  await store.close();
  const database = new DatabaseSync(place.at);
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  database.close();

  const saves = [...acknowledged.values()].reduce((sum, each) => sum + each, 0);
  shown(
    context,
    `${acknowledged.size} processes killed while saving: all ${grouped(saves)} acknowledged saves are there, none of ` +
      `three events is half there, and the ${grouped(events)} ids have no gap`,
  );
});
