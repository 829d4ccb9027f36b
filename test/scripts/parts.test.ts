import { globSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ofTheSite, parts } from '../../scripts/parts.mjs';
import { inRoot, run } from '../../scripts/process.mjs';

/** The test files of a command, in the project's folder. None if it isn't one of vitest. */
async function filesOf([program, subcommand, ...args]: readonly string[]): Promise<Set<string>> {
  if (program !== 'vitest' || subcommand !== 'run') return new Set();
  let printed = '';
  const code = await run(['vitest', 'list', '--filesOnly', ...args], (text) => {
    printed = text;
  });
  if (code !== 0) throw new Error(`vitest list ended with ${code}: ${printed}`);
  return new Set([...printed.matchAll(/\S+\.test\.ts$/gm)].map(([file]) => file));
}

/** `npm test` runs the same suite in small, among every suite on every store. */
const OF_PROVE_ALONE = 'test/library/proofs/recorders.test.ts';

describe('the parts of npm test', () => {
  test('run each test file, and run it once', async () => {
    const listed = await Promise.all([...parts.values()].flat().map(filesOf));
    const run = listed.flatMap((files) => [...files]);
    const written = globSync('test/**/*.test.ts', { cwd: inRoot('.') });
    expect([...run, OF_PROVE_ALONE].sort()).toEqual(written.sort());
  });

  // They are begun in their order: parts that wait for the site would take all lanes, and keep it from being built.
  test('build the site before they look at it', () => {
    const names = [...parts.keys()];
    for (const part of ofTheSite) expect(names.indexOf(part), part).toBeGreaterThan(names.indexOf('build'));
  });
});
