import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Recorder, StoredNotification } from 'eventsourcing';
import { expect } from 'vitest';

const script = fileURLToPath(new URL('./fixtures/saving-process.ts', import.meta.url));
const PARTS = 3;

/** Starts a process that saves without end, and kills it after so many saves that it has reported as durable. */
export async function killAfter(saves: number, kind: string, where: string, name: string): Promise<number> {
  const child = spawn('node', [script, kind, where, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line);
    if (acknowledged >= saves) kill(child);
  }
  const [code, signal] = await ended;
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
  return acknowledged;
}

/** Every save that was acknowledged is there, and each that is there is there completely, in adjacent places. */
export async function expectWhole(recorder: Recorder, name: string, acknowledged: number): Promise<void> {
  const log = (await recorder.selectNotifications()).filter(({ aggregateId }) => aggregateId.startsWith(`${name}-`));
  const saves = log.length / PARTS;
  expect(saves).toBeGreaterThanOrEqual(acknowledged);
  expect(log.map(placed)).toEqual(
    Array.from({ length: saves }, (_, save) => {
      const first = log[save * PARTS]?.id ?? Number.NaN;
      return ['a', 'b', 'c'].map((part, index) => [first + index, `${name}-${part}`, save + 1]);
    }).flat(),
  );
}

function placed({ id, aggregateId, version }: StoredNotification): unknown[] {
  return [id, aggregateId, version];
}

function kill(child: ChildProcess): void {
  if (!child.killed) child.kill('SIGKILL');
}
