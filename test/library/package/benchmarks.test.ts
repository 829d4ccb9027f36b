import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';

const cli = fileURLToPath(new URL('../../../code/benchmarks/cli.ts', import.meta.url));

const bench = (...args: readonly string[]) =>
  promisify(execFile)('node', [cli, ...args], { env: { ...process.env, POSTGRES_URL: inject('postgresUrl') } });

const positive = expect.toSatisfy((value: unknown) => typeof value === 'number' && value > 0, 'greater than 0');
const stored = [
  'append 1',
  'append 10',
  '10 writers',
  'load and fold 20',
  'load from a snapshot',
  'drain the log',
  'projection',
];

test('the benchmarks run, store everything once, and print rows for machines', async () => {
  const { stdout, stderr } = await bench('--quick', '--json');
  expect(stderr).toBe('');
  const rows: unknown = JSON.parse(stdout);
  const row = { unit: expect.stringMatching(/^\w+\/s$/), value: positive, floor: positive, ratio: positive };
  expect(rows).toEqual([
    ...['trigger', 'get, trigger and save', 'get a dog of 20 events'].map((name) => ({ ...row, suite: 'dog', name })),
    ...['memory', 'sqlite', 'postgres'].flatMap((suite) => stored.map((name) => ({ ...row, suite, name }))),
  ]);
});

test('one benchmark can be run alone, and prints a table', async () => {
  const { stdout } = await bench('memory', '--quick');
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^memory: beside /);
  expect(lines[2]).toMatch(/library +floor +ratio$/);
  expect(new Set(lines.slice(2).map((line) => line.length)).size).toBe(1);
});

test('a benchmark that is not there is an error that says which there are', async () => {
  await expect(bench('sqlight')).rejects.toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'There is no benchmark sqlight. The benchmarks are: dog, memory, sqlite, postgres.\n',
  });
});
