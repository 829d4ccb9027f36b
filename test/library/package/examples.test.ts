import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { formatWithOptions } from 'node:util';
import { transform } from 'esbuild';
import { afterAll, afterEach, expect, inject, test, vi } from 'vitest';

const source = fileURLToPath(new URL('../../../code/src/', import.meta.url));
const readme = fileURLToPath(new URL('../../../code/README.md', import.meta.url));

/** The examples of the doc comments, with the file that each stands in. */
function examples(): { name: string; code: string }[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /(?<!test)\.ts$/.test(file),
  );
  return [...files.map((file) => join(source, file)), readme].flatMap((file) => {
    const fences = readFileSync(file, 'utf8').matchAll(/^( *\* ?)?```ts\n(.*?)\n *\*? ?```$/gms);
    return [...fences].map(([, , code = ''], index) => ({
      name: `${relative(source, file)} ${index + 1}`,
      code: code.replaceAll(/^ *\* ?/gm, ''),
    }));
  });
}

const folder = mkdtempSync(join(tmpdir(), 'examples-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test('there are examples', () => {
  expect(examples().length).toBeGreaterThan(10);
});

test.each(examples())('the example in $name runs, and prints what it says', async ({ name, code }) => {
  vi.stubEnv('POSTGRES_URL', inject('postgresUrl'));
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((...args) => {
    lines.push(formatWithOptions({ breakLength: Number.POSITIVE_INFINITY }, ...args));
  });
  const promised = [...code.matchAll(/console\.log\(.*\);(?: \}\)?)? \/\/ (.*)$/gm)].map(([, line]) => line);
  const library = pathToFileURL(source).href;
  const here = code.replaceAll(
    /from 'eventsourcing(\/[\w-]+)?'/g,
    (_, subpath = '') => `from '${library}.${subpath}/index.ts'`,
  );
  const { code: script } = await transform(here, {
    loader: 'ts',
    target: 'es2022',
    format: 'esm',
    keepNames: true,
  });
  const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.mjs`);
  writeFileSync(file, script);
  await import(pathToFileURL(file).href);
  expect(lines).toEqual(promised);
});
