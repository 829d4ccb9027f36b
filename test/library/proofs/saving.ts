import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Recorder, StoredNotification } from 'eventsourcing';
import { expect } from 'vitest';
import type { Place } from './processes/stores.ts';

const script = fileURLToPath(new URL('./processes/saver.ts', import.meta.url));
const PARTS = ['a', 'b', 'c'];

/** A process that saves without end. */
export interface Saver {
  readonly name: string;
  /** How many saves it has reported as durable. */
  readonly acknowledged: number;
  /** Resolves when it has reported so many. */
  reached(saves: number): Promise<void>;
  /** Kills it. Resolves to how many saves it has reported. */
  kill(): Promise<number>;
}

export function startSaver(place: Place, name: string): Saver {
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

/** Starts a process that saves, and kills it at a random point of its first saves. */
export async function killSomewhere(place: Place, name: string): Promise<number> {
  const saver = startSaver(place, name);
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

function placed({ id, aggregateId, version }: StoredNotification): unknown[] {
  return [id, aggregateId, version];
}
