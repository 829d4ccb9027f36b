import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packedBinaries } from '../../../src/runner/library/binaries.ts';

const PACK = fileURLToPath(new URL('fixtures/pack.ts', import.meta.url));

let folder = '';
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packing-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** A process that asks for the file, and the lines that it prints. */
function packer(path: string) {
  const child = spawn(process.execPath, [PACK, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, line: async () => (await lines.next()).value };
}

describe('a file that several processes ask for at the same time', () => {
  test('is made by one of them, and the others wait for it', async () => {
    const path = join(folder, 'new', 'file.bin');
    const asking = [packer(path), packer(path), packer(path)];
    for (const { line } of asking) expect(await line()).toBe('asking');
    const packers = asking.map((each) => ({ ...each, first: each.line() }));
    // Whichever comes first makes it; the others say nothing until they have it.
    const maker = await Promise.race(packers.map(async (each) => ({ ...each, said: await each.first })));
    expect(maker.said).toBe('making');
    maker.child.stdin.write('go on\n');
    const made = `by ${maker.child.pid}`;
    expect(await maker.line()).toBe(made);
    const others = packers.filter(({ child }) => child !== maker.child);
    expect(await Promise.all(others.map(({ first }) => first))).toEqual([made, made]);
    // Nothing is left in the folder that somebody had begun.
    expect(await readdir(join(folder, 'new'))).toEqual(['file.bin', 'file.bin.lock']);
  });

  test('is made by another one if the first is killed', async () => {
    const path = join(folder, 'file.bin');
    const killed = packer(path);
    expect([await killed.line(), await killed.line()]).toEqual(['asking', 'making']);
    const next = packer(path);
    expect(await next.line()).toBe('asking');
    killed.child.kill('SIGKILL');
    expect(await next.line()).toBe('making');
    next.child.stdin.write('go on\n');
    expect(await next.line()).toBe(`by ${next.child.pid}`);
  });
});

test('two builds pack the same bytes', async () => {
  const [one, two] = [await packedBinaries(), await packedBinaries(folder)];
  expect(two.map(({ name, file }) => [name, file])).toEqual(one.map(({ name, file }) => [name, file]));
  for (const [at, { name, bytes }] of two.entries()) {
    expect(Buffer.compare(bytes, one[at]?.bytes ?? Buffer.alloc(0)), name).toBe(0);
  }
});
