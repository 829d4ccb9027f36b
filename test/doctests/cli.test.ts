import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FailureKind } from '../../src/doctest/failure.ts';
import type { PageReport, Report } from '../../src/doctest/report.ts';

const CLI = fileURLToPath(new URL('../../src/doctest/cli.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const fixtures = (path: string) => fileURLToPath(new URL(`fixtures/${path}`, import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function doctest(args: readonly string[], cwd = ROOT): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { cwd, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

async function report(args: readonly string[], cwd?: string): Promise<Report & { readonly code: number }> {
  const { code, stdout, stderr } = await doctest(['--json', ...args], cwd);
  // The boundary: the document that the command prints.
  if (!stdout.startsWith('{')) throw new Error(`The command printed no JSON document, but:\n${stdout}\n${stderr}`);
  const parsed: Report = JSON.parse(stdout);
  return { ...parsed, code };
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctest-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A page in a folder outside the repository. */
async function page(name: string, ...lines: string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

describe('planted failures', () => {
  let planted: Report & { readonly code: number };
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
    ['left-recording', 'recording', 1, /f9/],
    ['bad-json', 'page', 3, /JSON/],
    ['loose-claim', 'value', 4, /Nothing checks/],
    ['export-without-file', 'compile', 4, /file=/],
    ['output-alone', 'page', 9, /right after/],
    ['unclosed', 'page', 3, /never closed/],
    ['syntax-error', 'compile', 4, /not closed/],
    ['never-ends', 'hung', 4, /did not end/],
    ['node-name', 'type', 10, /sep/],
  ])('%s: %s, line %i', (name, kind, line, message) => {
    const failures = failuresOf(name);
    expect(failures).toContainEqual(expect.objectContaining({ kind, line, message: expect.stringMatching(message) }));
    // Nothing is said twice, and nothing is said that is not so.
    expect(new Set(failures.map((failure) => `${failure.kind}:${failure.line}`)).size).toBe(failures.length);
    expect(failures.length).toBeLessThanOrEqual(2);
  });

  test('both sides are shown', () => {
    expect(failuresOf('wrong-value')).toMatchObject([{ expected: '4', found: '3' }]);
    expect(failuresOf('wrong-output')).toMatchObject([{ expected: 'sit\nroll over', found: 'sit\nspeak' }]);
    expect(failuresOf('stale-recording')).toMatchObject([{ expected: 'yesterday', found: 'today' }]);
  });

  test('what follows a snippet that threw is skipped, with the reason; what follows an expected throw is not', () => {
    const skipped = (name: string) => planted.pages.find(({ path }) => path.endsWith(`planted/${name}.md`))?.skipped;
    expect(skipped('thrown-error')).toEqual([{ line: 19, reason: expect.stringContaining('line 12 failed') }]);
    expect(skipped('after-expected-throw')).toEqual([]);
  });
});

describe('a good page', () => {
  test('with one fence of each kind passes, with its recording', async () => {
    const { pages, ...rest } = await report([fixtures('good/everything.mdx')]);
    expect(pages.flatMap(({ failures }) => failures)).toEqual([]);
    expect(rest).toMatchObject({
      ok: true,
      code: 0,
      problems: [],
      totals: { pages: 1, found: 27, run: 24, typed: 2, static: 2, node: 1, skipped: 0, failures: 0 },
    });
    expect(pages[0]?.notices).toEqual([]);
    expect(pages[0]?.static).toEqual([
      { line: 235, reason: 'it installs the whole project' },
      { line: 239, reason: 'it leaves out what the reader has to add' },
    ]);
  });

  test('the report for people names the failing line and shows it', async () => {
    const path = await page('shown.md', '# Shown', '', '```ts', '1 + 1 //=> 3', '```');
    const { code, stdout } = await doctest([path]);
    expect(code).toBe(1);
    expect(stdout).toContain(`${path}:4  value`);
    expect(stdout).toMatch(/expected\n\s+3\n\s+found\n\s+2\n/);
    expect(stdout).toContain('> 4 | 1 + 1 //=> 3');
  });

  test('lies anywhere, and its path may be relative and hold magic characters', async () => {
    await page(
      '[slug].md',
      '# Slug',
      '',
      '```ts',
      "import { Aggregate } from 'eventsourcing';",
      "typeof Aggregate //=> 'function'",
      '```',
    );
    expect(await report(['[slug].md'], folder)).toMatchObject({ ok: true, pages: [{ path: '[slug].md', run: 1 }] });
  });
});

describe('ceilings', () => {
  const ceilings = async (most: object) => {
    const path = join(folder, 'ceilings.json');
    await writeFile(path, JSON.stringify(most));
    return await report([
      fixtures('planted/static-over-ceiling.md'),
      fixtures('planted/node-over-ceiling.md'),
      '--ceilings',
      path,
    ]);
  };

  test('more than the ceiling fails, and names the places', async () => {
    const { code, problems } = await ceilings({ static: 0, node: 0 });
    expect(code).toBe(1);
    expect(problems).toEqual([
      expect.stringMatching(/1 fences are `static`, and the ceiling is 0: .*static-over-ceiling\.md:3/),
      expect.stringMatching(/1 fences are `node`, and the ceiling is 0: .*node-over-ceiling\.md:3/),
    ]);
  });

  test('fewer fail too: the ceiling can only fall', async () => {
    const { code, problems } = await ceilings({ static: 2, node: 1 });
    expect(code).toBe(1);
    expect(problems).toEqual([expect.stringContaining('lower the ceiling of 2 to 1')]);
  });

  test('as many as the ceiling pass', async () => {
    expect(await ceilings({ static: 1, node: 1 })).toMatchObject({ ok: true, problems: [], code: 0 });
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

describe('--update', () => {
  test('writes values, output and the recording, and the page passes from then on', async () => {
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
    );
    expect(await report([path, '--update'])).toMatchObject({ ok: true });
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
    });
    expect(await report([path])).toMatchObject({ ok: true, pages: [{ notices: [] }] });
  });

  test('changes nothing in a page that is right, where ids and times differ in each run', async () => {
    await cp(fixtures('good/everything.mdx'), join(folder, 'everything.mdx'));
    const before = await readFile(join(folder, 'everything.mdx'), 'utf8');
    await doctest(['everything.mdx', '--update'], folder);
    expect(await readFile(join(folder, 'everything.mdx'), 'utf8')).toBe(before);
    const recorded = await readFile(join(folder, 'everything.recorded.json'), 'utf8');
    expect(recorded).toBe(await readFile(fixtures('good/everything.recorded.json'), 'utf8'));
  });
});
