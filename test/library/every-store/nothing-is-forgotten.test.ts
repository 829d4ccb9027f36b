import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { otherParts, storeParts } from './store-names.ts';
import { suites } from './suites.ts';

test('every suite is in the list', async () => {
  const files = globSync('**/*.suite.ts', { cwd: join(import.meta.dirname, '..') });
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) {
    const module: object = await import(/* @vite-ignore */ `../${file}`);
    const exported = Object.values(module).filter((each) => typeof each === 'function');
    expect(exported, file).not.toEqual([]);
    for (const suite of exported) expect(suites, `${file}: ${suite.name}`).toContain(suite);
  }
});

test('every part of the package is a store in the list, or no store', () => {
  // The boundary: the package's own description.
  const { exports }: { exports: object } = JSON.parse(
    readFileSync(new URL('../../../code/package.json', import.meta.url), 'utf8'),
  );
  const listed = new Set([...Object.values(storeParts), ...otherParts]);
  expect([...listed].sort()).toEqual(Object.keys(exports).sort());
});
