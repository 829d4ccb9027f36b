import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuid4 } from 'eventsourcing';
import { afterAll, expect, inject, test } from 'vitest';
import { counts } from './counts.ts';
import { expectEachOnce, type Process, start, storeCredits } from './followers.ts';
import { Ledgers } from './processes/banking.ts';
import { openStore, type Place } from './processes/stores.ts';
import { grouped, shown } from './shown.ts';

const folder = mkdtempSync(join(tmpdir(), 'following-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const newPlace = (kind: Place['kind']): Place =>
  kind === 'sqlite'
    ? { kind, at: join(folder, `${uuid4()}.db`), schema: '' }
    : { kind, at: inject('postgresUrl'), schema: `following_${uuid4().replaceAll('-', '')}` };

/**
 * Has followers follow, so many at once, and kills each of them somewhere on its way; those that come last get to the end.
 *
 * @returns how many were killed on their way.
 */
async function followWithKills(place: Place, atOnce: number): Promise<number> {
  const { events, kills } = counts.followed;
  const end = await storeCredits(place, events);
  let killed = 0;
  const lane = async () => {
    const stretch = Math.ceil((events * atOnce) / kills);
    for (let turn = 0; turn < kills / atOnce; turn++) {
      const follower = start('runner', place);
      await Promise.race([follower.after(Math.floor(turn * stretch * Math.random())), positionReached(place, end)]);
      // A report arrives between two transactions; the moment is to be anywhere.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      killed += 1;
      await follower.kill();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const last = start('runner', place);
  await positionReached(place, end);
  await last.kill();
  return killed;
}

/** Resolves when somebody has come so far. */
async function positionReached(place: Place, position: number): Promise<void> {
  const store = openStore(place);
  const ledgers = new Ledgers({ store });
  while ((await ledgers.position('Accounts')) < position) await new Promise((resolve) => setTimeout(resolve, 50));
  await store.close();
}

for (const kind of ['sqlite', 'postgres'] as const) {
  for (const atOnce of [1, 2]) {
    const who = atOnce === 1 ? 'a follower' : 'two followers of one pipe';
    test(`${who} on ${kind}, killed again and again: each event has one effect, in order`, async (context) => {
      const place = newPlace(kind);
      const killed = await followWithKills(place, atOnce);
      const entries = await expectEachOnce(place);
      expect(entries).toBe(counts.followed.events);
      shown(
        context,
        `${who} on ${kind}, killed ${killed} times: ${grouped(entries)} events, and one effect of each, in order`,
      );
    });
  }
}

test('of two processes that follow one pipe on postgres, the second takes over when the first is killed', async (context) => {
  const place = newPlace('postgres');
  const { saves, kills } = counts.takeOver;
  let active: Process = start('runner', place);
  const creditors = ['Ada', 'Grace'].map((owner) => start('creditor', place, owner, saves));
  await active.after(0);
  const times: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const waiting = start('runner', place);
    await active.after(active.position);
    expect(waiting.firstReport).toBeUndefined();
    await active.kill();
    const killedAt = performance.now();
    await waiting.after(0);
    times.push((waiting.firstReport ?? Number.NaN) - killedAt);
    active = waiting;
  }
  await Promise.all(creditors.map((creditor) => creditor.done()));
  await positionReached(place, 2 * (saves + 1));
  await active.kill();
  const entries = await expectEachOnce(place);
  expect(entries).toBe(2 * saves);
  const longest = Math.max(...times);
  shown(
    context,
    `${grouped(entries)} events of two processes, their follower killed ${kills} times: none lost, doubled or out of order; the ` +
      `one in waiting took over within ${(longest / 1_000).toFixed(1)} s`,
  );
});
