import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { acceptanceCases } from './acceptance.ts';

const folders = ['.', '../../code/src/testing'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** Files whose tests run on every store. */
const ON_EVERY_STORE = /\.suite\.ts$|testing\/(contract|snapshots)\.ts$/;

/** At the beginning of a title, or above a case of the conformance kit, whose names are for users, who know no numbers. */
const NUMBERS = /\(\s*['`]cases? ([\d, and]+): |\/\/ case (\d+)\n\s*add/g;

/** The numbers of cases that have tests, each with the files where they stand. */
function titles(): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const file = join(folder, name);
      const source = readFileSync(file, 'utf8');
      for (const [, inTitle = '', above = ''] of source.matchAll(NUMBERS)) {
        for (const [number] of `${inTitle} ${above}`.matchAll(/\d+/g)) {
          found.set(Number(number), [...(found.get(Number(number)) ?? []), file]);
        }
      }
    }
  }
  return found;
}

test('every case that is promised has a test, and those about storage on every store', () => {
  const found = titles();
  const missing = [...acceptanceCases].filter(([number, { on }]) => {
    const files = found.get(number) ?? [];
    return on === 'stores' ? !files.some((file) => ON_EVERY_STORE.test(file)) : files.length === 0;
  });
  expect(missing).toEqual([]);
  expect([...found.keys()].filter((number) => !acceptanceCases.has(number))).toEqual([]);
});
