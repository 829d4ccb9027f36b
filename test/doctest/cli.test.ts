import { spawn } from 'node:child_process';
import { chmod, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { FailureKind } from '../../src/doctest/failure.ts';
import type { PageReport } from '../../src/doctest/report.ts';
import { CLI, doctest, type Folder, makeFolder, type Ran, ROOT, report } from './command.ts';

const fixtures = (path: string) => fileURLToPath(new URL(`fixtures/${path}`, import.meta.url));

let files: Folder;
let folder = '';
beforeAll(async () => {
  files = await makeFolder();
  folder = files.path;
});
afterAll(() => files.remove());

/** A page in a folder outside the repository. */
const page = (name: string, ...lines: string[]) => files.file(name, ...lines);

describe('planted failures', () => {
  let planted: Ran;
  beforeAll(async () => {
    planted = await report([fixtures('planted/*.md')]);
  });

  const failuresOf = (name: string): PageReport['failures'] => {
    const found = planted.pages.find(({ path }) => path.endsWith(`planted/${name}.md`));
    if (!found) throw new Error(`There is no page ${name} in the report.`);
    return found.failures;
  };

  test('the command fails', () => {
    expect(planted).toMatchObject({ ok: false, code: 1 });
  });

  test.each<[string, FailureKind, number, RegExp]>([
    ['wrong-value', 'value', 6, /another/],
    ['wrong-output', 'output', 9, /something else/],
    ['type-error', 'type', 5, /TS2322/],
    ['thrown-error', 'threw', 13, /woof/],
    ['missing-import', 'compile', 8, /no module 'two'/],
    ['transitive-import', 'compile', 4, /no module 'magic-string'.*package\.json names/],
    ['missing-file', 'compile', 4, /no file '\.\/bark\.ts'/],
    ['missing-export', 'type', 4, /nothing/],
    ['later-file', 'compile', 4, /no file '\.\/bark\.ts'/],
    ['used-early', 'compile', 4, /`hoisted`.*later snippet/],
    ['not-thrown', 'not thrown', 3, /threw nothing/],
    ['thrown-other', 'not thrown', 4, /RangeError/],
    ['thrown-other', 'not thrown', 8, /part of it/],
    ['errors-absent', 'type', 3, /TS2322/],
    ['errors-other', 'type', 3, /TS2345/],
    ['errors-other', 'type', 4, /TS2322/],
    ['static-without-reason', 'page', 7, /`static` needs a reason/],
    ['static-without-reason', 'page', 11, /sh static=/],
    ['unknown-attribute', 'page', 3, /no attribute `statc`.*throws=CODE/],
    ['duplicate-name', 'compile', 8, /`dog` is declared already/],
    ['starter-passes', 'exercise', 4, /starter passes/],
    ['solution-fails', 'exercise', 11, /solution on line 16 fails/],
    ['half-exercise', 'page', 3, /no `exercise=checks`/],
    ['after-expected-throw', 'value', 8, /another/],
    ['rejection', 'rejection', 4, /nobody cares/],
    ['forgotten-await', 'pending', 4, /forget `await`/],
    ['failing-test', 'test', 7, /“sums” failed/],
    ['test-should-fail', 'not thrown', 3, /all pass/],
    ['stale-recording', 'recording', 4, /--update/],
    ['missing-recording', 'recording', 8, /--update/],
    ['stale-refusal', 'recording', 4, /--update/],
    ['left-recording', 'recording', 1, /f9/],
    ['bad-json', 'page', 3, /JSON/],
    ['loose-claim', 'value', 4, /Nothing checks/],
    ['export-without-file', 'compile', 4, /file=/],
    ['output-alone', 'page', 9, /right after/],
    ['unclosed', 'page', 3, /never closed/],
    ['syntax-error', 'compile', 4, /not closed/],
    ['never-ends', 'hung', 4, /did not end/],
    ['node-name', 'type', 10, /sep/],
    ['choices-differ', 'choice', 16, /on SQLite than on Memory/],
    ['choice-untyped', 'type', 12, /TS2322/],
    ['choice-fails', 'value', 14, /^On SQLite: The value is another one/],
    ['again-fails', 'threw', 7, /^When the snippet on line 4 is run again: .*taken/],
    ['stale-again', 'recording', 4, /^When it is run again.*--update/],
    ['choice-apart', 'page', 9, /follow each other directly/],
  ])('%s: %s, line %i', (name, kind, line, message) => {
    const failures = failuresOf(name);
    expect(failures).toContainEqual(expect.objectContaining({ kind, line, message: expect.stringMatching(message) }));
    // Nothing is said twice.
    expect(new Set(failures.map((failure) => failure.message)).size).toBe(failures.length);
    expect(failures.length).toBeLessThanOrEqual(2);
  });

  test('both sides are shown', () => {
    expect(failuresOf('wrong-value')).toMatchObject([{ expected: '4', found: '3' }]);
    expect(failuresOf('wrong-output')).toMatchObject([{ expected: 'sit\nroll over', found: 'sit\nspeak' }]);
    expect(failuresOf('choices-differ')).toMatchObject([{ expected: 'memory', found: 'sqlite', store: 'sqlite' }]);
    expect(failuresOf('choice-fails')).toMatchObject([{ expected: "'memory'", found: "'sqlite'", store: 'sqlite' }]);
    expect(failuresOf('stale-again')).toMatchObject([{ expected: '2 visits', found: '1 visits' }]);
    expect(failuresOf('stale-recording')).toMatchObject([{ expected: 'yesterday', found: 'today' }]);
  });

  test('what follows a snippet that threw is skipped, with the reason; what follows an expected throw is not', () => {
    const skipped = (name: string) => planted.pages.find(({ path }) => path.endsWith(`planted/${name}.md`))?.skipped;
    expect(skipped('thrown-error')).toEqual([{ line: 19, reason: expect.stringContaining('line 12 failed') }]);
    expect(skipped('after-expected-throw')).toEqual([]);
  });
});

describe('good pages', () => {
  let good: Ran;
  beforeAll(async () => {
    await page('[slug].md', '# Slug', '', '```ts', "typeof 'it lies outside the repository' //=> 'string'", '```');
    good = await report([fixtures('good/everything.mdx'), '[slug].md'], folder);
  });

  test('a page with one fence of each kind passes, with its recording', () => {
    expect(good.pages.flatMap(({ failures }) => failures)).toEqual([]);
    expect(good).toMatchObject({
      ok: true,
      code: 0,
      problems: [],
      totals: { pages: 2, found: 28, run: 25, typed: 2, static: 2, node: 1, skipped: 0, failures: 0 },
    });
    const everything = good.pages.find(({ path }) => path.endsWith('everything.mdx'));
    expect(everything?.notices).toEqual([]);
    expect(everything?.static).toEqual([
      { line: 235, lang: 'sh', reason: 'it installs the whole project' },
      { line: 239, lang: 'ts', reason: 'it leaves out what the reader has to add' },
    ]);
  });

  test('a page may lie anywhere, and its path be relative and hold the characters of patterns', () => {
    expect(good.pages.find(({ path }) => path === '[slug].md')).toMatchObject({ run: 1, title: 'Slug' });
  });
});

describe('a page with a choice of store', () => {
  test('runs once for each store, each in a place of its own, and leaves nothing behind', async () => {
    // A place of our own: what others have in the common one comes and goes.
    const place = await mkdtemp(join(tmpdir(), 'left-behind-'));
    onTestFinished(() => rm(place, { recursive: true }));
    // The database server may run as another user.
    await chmod(place, 0o755);
    const { pages, ...good } = await report([fixtures('good/stores.md')], ROOT, place);
    expect(pages.flatMap(({ failures }) => failures)).toEqual([]);
    expect(good).toMatchObject({ ok: true, code: 0, totals: { found: 9, run: 9, node: 1 } });
    expect(pages[0]?.stores).toEqual(['memory', 'sqlite', 'postgres']);
    expect(pages[0]?.notices).toEqual([]);
    const ran = Map.groupBy(pages[0]?.fences ?? [], ({ id }) => id);
    const storesOf = (id: string) => ran.get(id)?.map(({ store }) => store);
    expect(['f1', 'f2', 'f3'].map(storesOf)).toEqual([['memory'], ['sqlite'], ['postgres']]);
    expect(storesOf('f5'), 'a fence that imports what was chosen').toEqual(['memory', 'sqlite', 'postgres']);
    expect(storesOf('f7'), 'a fence that does not').toEqual([undefined]);
    expect(await readdir(fixtures('good'))).not.toContain('dogs.db');
    expect(await readdir(ROOT)).not.toContain('dogs.db');
    expect((await readdir(place)).filter((name) => name.startsWith('snippets-'))).toEqual([]);
  });
});

describe('a snippet that keeps its rows', () => {
  test('runs twice in one folder, and what is after it finds the rows of the first run alone', async () => {
    const kept = await report([fixtures('good/keep.md')]);
    expect(kept.pages.flatMap(({ failures, notices }) => [...failures, ...notices])).toEqual([]);
    expect(kept).toMatchObject({ ok: true, code: 0, totals: { found: 4, run: 4, failures: 0 } });
  });
});

describe('the report for people', () => {
  test('names the failing line and shows it, with both sides, and says what is over its ceiling', async () => {
    const path = await page('shown.md', '# Shown', '', '```ts', '1 + 1 //=> 3', '```');
    const ceilings = await page('ceilings.json', '{ "static": 0, "node": 0 }');
    const { code, stdout } = await doctest([path, fixtures('only-static.md'), '--ceilings', ceilings]);
    expect(code).toBe(1);
    expect(stdout).toContain(`${path}:4  value`);
    expect(stdout).toMatch(/expected\n\s+3\n\s+found\n\s+2\n/);
    expect(stdout).toContain('> 4 | 1 + 1 //=> 3');
    expect(stdout).toMatch(/the ceiling is 0: .*only-static\.md:3/);
    expect(stdout).toContain('2 pages, 2 snippets: 1 run, 1 of them failed, 1 static');
  });
});

describe('a run that tests nothing fails', () => {
  test.each([
    ['a glob that matches nothing', ['nowhere/**/*.md'], /Nothing matches nowhere/],
    ['a page without fences', [fixtures('planted/empty.md')], /No `ts` fence was found in .*planted\/empty\.md/],
    ['a page of static fences', [fixtures('only-static.md')], /Not a single fence was run/],
  ])('%s', async (_, args, problem) => {
    const { code, ok, problems } = await report(args);
    expect({ code, ok }).toEqual({ code: 1, ok: false });
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });

  test('a call that makes no sense ends with 2', async () => {
    expect(await doctest(['--no-such-option'])).toMatchObject({ code: 2, stdout: '' });
    expect(await doctest(['--watch', '--json'])).toMatchObject({ code: 2 });
  });
});

test('--update writes values, output and recordings, and changes nothing in a page that is right', async () => {
  const path = await page(
    'update.md',
    '# Update',
    '',
    '- In a list:',
    '',
    '  ```ts',
    '  [1, 2].map(String) //=> ?',
    "  console.log('one');",
    "  console.log('two');",
    '  ```',
    '',
    '  ```output',
    '  ```',
    '',
    '```ts',
    "['a'] //=> [ 'a' ]",
    'console.log(1);',
    '```',
    '',
    '```output',
    '2',
    '3',
    '```',
    '',
    '```ts errors=2322',
    "const legs: number = 'four';",
    '```',
  );
  // Its ids and times differ in each run, and stay in the recording as they were.
  for (const name of ['everything.mdx', 'everything.recorded.json']) {
    await cp(fixtures(`good/${name}`), join(folder, name));
  }
  expect(await report(['update.md', 'everything.mdx', '--update'], folder)).toMatchObject({ ok: true });

  const lines = (await readFile(path, 'utf8')).split('\n');
  expect(lines.slice(5, 15)).toEqual([
    "  [1, 2].map(String) //=> [ '1', '2' ]",
    "  console.log('one');",
    "  console.log('two');",
    '  ```',
    '',
    '  ```output',
    '  one',
    '  two',
    '  ```',
    '',
  ]);
  expect(lines.slice(20, 23)).toEqual(['```output', '1', '```']);
  expect(JSON.parse(await readFile(join(folder, 'update.recorded.json'), 'utf8'))).toEqual({
    f1: { status: 'done', text: "[ '1', '2' ]\none\ntwo" },
    f2: { status: 'done', text: "[ 'a' ]\n1" },
    f3: { status: 'error', text: "TS2322: Type 'string' is not assignable to type 'number'." },
  });
  for (const name of ['everything.mdx', 'everything.recorded.json']) {
    expect(await readFile(join(folder, name), 'utf8')).toBe(await readFile(fixtures(`good/${name}`), 'utf8'));
  }
  expect(await report(['update.md', 'everything.mdx'], folder)).toMatchObject({ ok: true, code: 0 });
});

test('--watch tests a page again when it changes, and ends when it is told to', async () => {
  const path = await page('watched.md', '# Watched', '', '```ts', '1 + 1 //=> 2', '```');
  const other = await page('other.md', '# Other', '', '```ts', '1 //=> 1', '```');
  const child = spawn(process.execPath, [CLI, path, other, '--watch'], { cwd: ROOT });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  let printed = '';
  /** Resolves when the text has been printed since the last call. */
  const saw = (text: string) =>
    new Promise<string>((resolve) => {
      const look = () => {
        if (!printed.includes(text)) return;
        child.stdout.off('data', look);
        resolve(printed);
        printed = '';
      };
      child.stdout.on('data', look);
      look();
    });
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  try {
    expect(await saw('2 pages, 2 snippets: 2 run')).toContain('0 failures');
    await page('watched.md', '# Watched', '', '```ts', '1 + 1 //=> 3', '```');
    const again = await saw('1 page, 1 snippet: 1 run');
    expect(again).toContain('watched.md:4  value');
    expect(again).not.toContain('other.md');
  } finally {
    child.kill('SIGTERM');
  }
  await ended;
});
