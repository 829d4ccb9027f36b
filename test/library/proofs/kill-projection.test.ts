import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { uuid4 } from 'eventsourcing';
import { afterAll, expect, inject, test } from 'vitest';
import { counts } from './counts.ts';
import { Button, Buttons, clicks } from './processes/clicks.ts';
import { openStore, type Place } from './processes/stores.ts';
import { grouped, shown } from './shown.ts';

const script = fileURLToPath(new URL('./processes/projector.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kill-projection-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A process is killed after so many transactions at most. */
const MOST_TRANSACTIONS = 4;
/** There are more of them for each kill, so that there is still something to do when the last process is killed. */
const TRANSACTIONS_PER_KILL = 10;
const EVENTS_OF_A_SAVE = 500;
const TOTALS = 10;

const places: Readonly<Record<Place['kind'], () => Place>> = {
  sqlite: () => ({ kind: 'sqlite', at: join(folder, 'clicks.db'), schema: '' }),
  postgres: () => ({ kind: 'postgres', at: inject('postgresUrl'), schema: `kill_${uuid4().replaceAll('-', '')}` }),
};

for (const kind of ['sqlite', 'postgres'] as const) {
  test(`on ${kind}, killed processes have counted each event once`, async (context) => {
    const { kills, events } = counts.killedProjections[kind];
    const place = places[kind]();
    const store = openStore(place);
    const buttons = new Buttons({ store });
    const button = new Button();
    for (let n = 1; n <= events; n++) {
      button.click(n);
      if (n % EVENTS_OF_A_SAVE === 0 || n === events) await buttons.save(button);
    }
    const view = clicks.open({ store });
    const batchSize = Math.max(1, Math.floor(events / (kills * TRANSACTIONS_PER_KILL)));
    let killed = 0;
    // Two at a time, that follow the same log into the same tables.
    const lane = async () => {
      for (let n = 0; n < kills / 2; n++) {
        const wasKilled = await killSomewhere(place, batchSize);
        if (wasKilled) killed += 1;
      }
    };
    await Promise.all([lane(), lane()]);
    expect(killed).toBeGreaterThan(0);
    const reached = await view.position(buttons.name);
    const ended = once(
      spawn('node', argumentsFor(place, batchSize), { stdio: ['ignore', 'ignore', 'inherit'] }),
      'close',
    );
    expect(await ended).toEqual([0, null]);

    expect(await view.position(buttons.name)).toBe(events + 1);
    expect(await view.tables.clicks.count()).toBe(events);
    expect(await view.tables.clicks.count({ where: { times: 1 } })).toBe(events);
    const expected = Array.from({ length: TOTALS }, (_, id) => ({ id: `${id}`, count: 0, sum: 0 }));
    for (let n = 1; n <= events; n++) {
      const total = expected[n % TOTALS];
      if (total === undefined) continue;
      total.count += 1;
      total.sum += n;
    }
    expect(await view.tables.totals.all()).toEqual(expected);
    await store.close();
    shown(
      context,
      `${kind}: ${killed} processes killed while two at a time followed ${grouped(events)} events into one projection, up to position ` +
        `${grouped(reached)}: each event is counted once`,
    );
  });
}

function argumentsFor({ kind, at, schema }: Place, batchSize: number): string[] {
  return [script, kind, at, schema, '', `${batchSize}`];
}

/** Starts a process that follows, and kills it at a random point of its first transactions, unless there is nothing left to do. */
async function killSomewhere(place: Place, batchSize: number): Promise<boolean> {
  const child = spawn('node', argumentsFor(place, batchSize), { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout });
  let left = 1 + Math.floor(Math.random() * MOST_TRANSACTIONS);
  const enough = new Promise<void>((resolve) => {
    lines.on('line', () => {
      left -= 1;
      if (left === 0) resolve();
    });
  });
  await Promise.race([enough, ended]);
  // A line arrives between two transactions; the moment is to be anywhere.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
  child.kill('SIGKILL');
  const [, signal] = await ended;
  return signal === 'SIGKILL';
}
