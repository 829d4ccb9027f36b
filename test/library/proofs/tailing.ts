import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { openLog, type Place } from './processes/stores.ts';
import { grouped } from './shown.ts';

const READERS = 2;

interface Worker {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly lines: Interface;
  readonly ended: Promise<unknown[]>;
}

/**
 * Lets processes save to one log, while two others read its tail. Each reader has to get every event once, in order.
 *
 * @returns what was shown.
 */
export async function tailWhileSaving(
  newPlace: () => Place,
  { processes, saves }: { readonly processes: number; readonly saves: number },
): Promise<string> {
  const alone = await run(newPlace(), 1, Math.ceil((processes * saves) / 10), 0);
  const total = processes * saves;
  const { seconds, behind, readings } = await run(newPlace(), processes, saves, READERS);
  const rate = total / seconds;
  const ratio = rate / (Math.ceil(total / 10) / alone.seconds);
  return (
    `${processes} processes made ${grouped(total)} saves in ${seconds.toFixed(1)} s, ${grouped(rate)} a second ` +
    `(${ratio.toFixed(2)} of one process alone); ${READERS} tailing processes each read ${grouped(total)} events once, in ` +
    `order, in ${readings.map(grouped).join(' and ')} readings, the last ${grouped(behind * 1000)} ms after the last save`
  );
}

async function run(place: Place, writers: number, saves: number, readers: number) {
  const writing = Array.from({ length: writers }, (_, n) => startWorker('writer', place, `writer-${n}`, saves));
  await Promise.all(writing.map(isReady));
  const reading = Array.from({ length: readers }, () => startWorker('reader', place, '', writers * saves));
  await Promise.all(reading.map(isReady));
  const began = performance.now();
  for (const { child } of writing) child.stdin.write('go\n');
  const readings = reading.map(async ({ lines }) => {
    const [line] = await once(lines, 'line');
    return Number(line);
  });
  for (const { ended } of writing) expect(await ended).toEqual([0, null]);
  const written = performance.now();
  for (const { ended } of reading) expect(await ended).toEqual([0, null]);
  const read = performance.now();

  const { recorder, close } = openLog(place);
  expect(await recorder.maxNotificationId()).toBe(writers * saves);
  for (let n = 0; n < writers; n++) {
    const versions = (await recorder.select(`writer-${n}`)).map(({ version }) => version);
    expect(versions).toEqual(Array.from({ length: saves }, (_, index) => index + 1));
  }
  await close();
  return {
    seconds: (written - began) / 1000,
    behind: (read - written) / 1000,
    readings: await Promise.all(readings),
  };
}

function startWorker(kind: 'writer' | 'reader', place: Place, name: string, count: number): Worker {
  const script = fileURLToPath(new URL(`./processes/${kind}.ts`, import.meta.url));
  const child = spawn('node', [script, place.kind, place.at, place.schema, name, `${count}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return { child, lines: createInterface({ input: child.stdout }), ended: once(child, 'close') };
}

async function isReady({ lines, ended }: Worker): Promise<void> {
  const outcome = await Promise.race([once(lines, 'line'), ended]);
  expect(outcome).toEqual(['ready']);
}
