import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Recorder, StoredNotification } from 'eventsourcing';
import { expect } from 'vitest';
import type { Place } from './processes/stores.ts';

/** What a process does until it is killed. */
export type Work = 'saver' | 'follower';

const PARTS = ['a', 'b', 'c'];

/** A process that saves, or follows, without end. */
export interface Saver {
  readonly name: string;
  /** How many saves it has reported as durable. */
  readonly acknowledged: number;
  /** Resolves when it has reported so many. */
  reached(saves: number): Promise<void>;
  /** Kills it. Resolves to how many saves it has reported. */
  kill(): Promise<number>;
}

export function startSaver(place: Place, name: string, work: Work = 'saver'): Saver {
  const script = fileURLToPath(new URL(`./processes/${work}.ts`, import.meta.url));
  const child = spawn('node', [script, place.kind, place.at, place.schema, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout });
  let acknowledged = 0;
  let waiting: { readonly saves: number; readonly resolve: () => void } | undefined;
  lines.on('line', (line) => {
    acknowledged = Number(line);
    if (waiting !== undefined && acknowledged >= waiting.saves) waiting.resolve();
  });
  return {
    name,
    get acknowledged() {
      return acknowledged;
    },
    async reached(saves) {
      const enough = new Promise<void>((resolve) => {
        waiting = { saves, resolve };
        if (acknowledged >= saves) resolve();
      });
      const outcome = await Promise.race([enough, ended]);
      expect(outcome, `The process ${name} has ended by itself.`).toBeUndefined();
    },
    async kill() {
      child.kill('SIGKILL');
      expect(await ended).toEqual([null, 'SIGKILL']);
      return acknowledged;
    },
  };
}

/**
 * Starts processes, and kills each at a random point of its first saves. There are two at a time: the first two also race to
 * make the tables, and one of two often outlives the other.
 *
 * @returns how many saves each has reported, by its name.
 */
export async function killMany(place: Place, work: Work, count: number): Promise<ReadonlyMap<string, number>> {
  const acknowledged = new Map<string, number>();
  const kills = async (lane: string) => {
    for (let n = 1; n <= count / 2; n++) {
      const name = `${lane}${n}`;
      acknowledged.set(name, await killSomewhere(place, name, work));
    }
  };
  await Promise.all([kills('left'), kills('right')]);
  return acknowledged;
}

async function killSomewhere(place: Place, name: string, work: Work): Promise<number> {
  const saver = startSaver(place, name, work);
  await saver.reached(1 + Math.floor(Math.random() * 40));
  // A report arrives between two saves; the moment is to be anywhere.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
  return await saver.kill();
}

/**
 * Every save that was acknowledged is there, and none that was never asked for; and each that is there is there
 * completely, in adjacent places.
 *
 * @param acknowledged The number of acknowledged saves by the name of their process.
 * @returns how many events there are.
 */
export async function expectWhole(recorder: Recorder, acknowledged: ReadonlyMap<string, number>): Promise<number> {
  const all = await recorder.selectNotifications();
  const logs = Map.groupBy(all, ({ aggregateId }) => aggregateId.slice(0, aggregateId.lastIndexOf('-')));
  expect([...logs.keys()].toSorted()).toEqual([...acknowledged.keys()].toSorted());
  for (const [name, log] of logs) {
    const saves = log.length / PARTS.length;
    const reported = acknowledged.get(name) ?? 0;
    expect([reported, reported + 1], `the saves of ${name}`).toContain(saves);
    expect(log.map(placed)).toEqual(
      Array.from({ length: saves }, (_, save) => {
        const first = log[save * PARTS.length]?.id ?? Number.NaN;
        return PARTS.map((part, index) => [first + index, `${name}-${part}`, save + 1]);
      }).flat(),
    );
  }
  return all.length;
}

/**
 * Followers of one log have stored every position that was acknowledged, and with each of them all that followed, once.
 *
 * @param acknowledged The number of acknowledged positions by the name of their process.
 * @returns the position.
 */
export async function expectInStep(recorder: Recorder, acknowledged: ReadonlyMap<string, number>): Promise<number> {
  const position = (await recorder.position?.('Followed')) ?? Number.NaN;
  const reported = totalOf(acknowledged);
  expect(position).toBeGreaterThanOrEqual(reported);
  expect(position).toBeLessThanOrEqual(reported + acknowledged.size);
  const all = Array.from({ length: position }, (_, index) => index + 1);
  const parked = await recorder.parked?.('Followed');
  expect(parked?.map((each) => each.position)).toEqual(all.filter((each) => each % 5 === 0));
  expect((await recorder.selectNotifications()).map(({ aggregateId, version }) => `${aggregateId}${version}`)).toEqual(
    all.slice(0, position - (parked?.length ?? 0)).flatMap((version) => [`a${version}`, `b${version}`]),
  );
  return position;
}

export function totalOf(acknowledged: ReadonlyMap<string, number>): number {
  return [...acknowledged.values()].reduce((sum, each) => sum + each, 0);
}

function placed({ id, aggregateId, version }: StoredNotification): unknown[] {
  return [id, aggregateId, version];
}
