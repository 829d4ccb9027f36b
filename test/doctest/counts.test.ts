/** What the report counts, and what `--update` writes on pages that are not right. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { doctest, type Folder, fence, makeFolder, type Ran, report } from './command.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder.remove());

describe('counts', () => {
  test('one fence that does not compile is one that was not run, and then there was nothing to test', async () => {
    const path = await folder.file('one.md', fence('ts', 'function open() {'));
    const ran = await report([path]);
    expect(ran).toMatchObject({
      ok: false,
      code: 1,
      totals: { found: 1, run: 0, failed: 0, uncompiled: 1, failures: 1 },
    });
    expect(ran.problems).toEqual([expect.stringContaining('Not a single fence was run')]);
  });

  describe('of pages of every kind', () => {
    let ran: Ran;
    let shown = '';
    beforeAll(async () => {
      await folder.file(
        'counts/mixed.md',
        fence('ts', '(1 + 1) //=> 3'),
        fence('ts scope', "import { nothing } from 'nowhere';", 'nothing();'),
        fence('ts', 'const after = 1;'),
        fence('ts', 'const two = [;'),
        fence('ts scope static="a shape"', 'type Shape'),
        fence('ts scope errors=2322', "const legs: number = 'four';"),
        fence('ts scope node="it asks for the time of Node"', 'process.uptime() > 0;'),
        fence('ts eval=false', 'launch();'),
        fence('ts', 'const needs = 1;'),
        fence('ts scope {1,3}', "'marked'.length; //=> 6"),
      );
      await folder.file(
        'counts/languages.md',
        ...['js', 'jsx', 'tsx', 'mts', 'cts', 'javascript', 'mjs', 'typscript'].map((lang) => fence(lang, 'a')),
        fence('js static="the browser runs it"', 'a'),
        fence('text', 'a'),
        fence('', 'a'),
      );
      await folder.file('counts/lost.md', '<details>', fence('ts', 'a'), '</details>', '', `    ${fence('ts', 'a')}`);
      await folder.file('counts/hidden.md', '<!--', fence('ts', 'a'), '-->');
      ran = await report(['counts/*.md'], folder.path);
      ({ stdout: shown } = await doctest(['counts/languages.md', 'counts/mixed.md'], folder.path));
    });

    test('each fence is counted once', () => {
      const { found, run, failed, uncompiled, typed, skipped, notUnderstood, static: shownOnly } = ran.page('mixed.md');
      expect({ found, run, failed, uncompiled, typed }).toEqual({
        found: 10,
        run: 3,
        failed: 1,
        uncompiled: 2,
        typed: 1,
      });
      expect(shownOnly).toMatchObject([{ reason: 'a shape' }]);
      expect(notUnderstood).toMatchObject([{ lang: 'ts', line: 30 }]);
      expect(skipped.map(({ reason }) => reason)).toEqual([
        expect.stringContaining('line 6 does not compile'),
        expect.stringContaining('line 31 is not understood'),
      ]);
      expect(run + uncompiled + typed + skipped.length + shownOnly.length + notUnderstood.length).toBe(found);
      expect(shown).toContain('mixed.md: 3 of 10 snippets run, 1 failed, 2 not compiled, 1 type-checked, 1 static');
    });

    test('code in other languages is named, and what to do about it', () => {
      const page = ran.page('languages.md');
      expect(page.found).toBe(0);
      expect(page.notUnderstood.map(({ lang }) => lang)).toEqual([
        ...['js', 'jsx', 'tsx', 'mts', 'cts', 'javascript', 'mjs', 'typscript'],
      ]);
      expect(page.failures).toHaveLength(8);
      expect(page.failures[0]).toEqual({
        kind: 'page',
        line: 1,
        message: expect.stringMatching(/`js`.*write `ts`.*js static=/),
      });
      expect(page.static).toEqual([{ line: 33, lang: 'js', reason: 'the browser runs it' }]);
      expect(shown).toContain('8 not understood (1 js, 1 jsx, 1 tsx, 1 mts, 1 cts, 1 javascript, 1 mjs, 1 typscript)');
    });

    test('a line that looks like a fence and is none is a failure, unless it is commented out', () => {
      expect(ran.page('lost.md')).toMatchObject({
        found: 0,
        failures: [
          { line: 2, message: expect.stringContaining('HTML') },
          { line: 8, message: expect.stringContaining('indented') },
        ],
      });
      expect(ran.page('hidden.md')).toMatchObject({ found: 0, failures: [] });
    });
  });
});

describe('--update', () => {
  const lines = [
    fence('ts', '(1 + 1) //=> ?'),
    fence('ts', "console.log('shown');"),
    fence('output', 'hidden'),
    fence('ts', 'for (const each of [1, 2]) {', '  each //=> 0', '}'),
    fence('ts', "throw new Error('no');"),
    fence('ts', 'const after = 1;'),
  ];

  test('on a page that fails writes what is determined, lists it, and says what is not written', async () => {
    const path = await folder.file('update/fails.md', ...lines);
    const recording = join(folder.path, 'update/fails.recorded.json');
    const ran = await report(['update/fails.md', '--update'], folder.path);
    const page = ran.page('fails.md');

    expect(await readFile(path, 'utf8')).toContain('(1 + 1) //=> 2');
    expect(await readFile(path, 'utf8')).toContain('```output\nshown\n```');
    expect(JSON.parse(await readFile(recording, 'utf8'))).toEqual({
      f1: { status: 'done', text: '2' },
      f2: { status: 'done', text: 'shown' },
    });
    expect(page.changes).toEqual([
      { path: 'update/fails.md', line: 2, what: '//=> 2' },
      { path: 'update/fails.md', line: 10, what: 'output of 1 line' },
      { path: 'update/fails.recorded.json', what: 'recorded 2 snippets (line 2, 6)' },
    ]);
    expect(page.unwritten).toEqual([
      { line: 14, reason: 'not recorded, because it fails' },
      { line: 15, reason: expect.stringContaining('several values') },
      { line: 20, reason: 'not recorded, because it fails' },
      { line: 24, reason: expect.stringContaining('line 20 failed') },
    ]);
    expect(page.failures.map(({ kind, line }) => [kind, line])).toEqual([
      ['value', 15],
      ['value', 15],
      ['threw', 20],
    ]);
    expect(JSON.stringify(page)).not.toContain('--update');

    const again = await doctest(['update/fails.md', '--update'], folder.path);
    expect(again.stdout).toContain('Nothing had to be written');
    expect(again.stdout).not.toContain('--update');
    expect(again.code).toBe(1);
  });

  test('keeps the end of each line, and the mark in front of the text', async () => {
    const path = join(folder.path, 'mixed-ends.md');
    await writeFile(path, '\uFEFF# Ends\r\n\n```ts\r\n(1 + 1); //=> 3\n(2 + 2); //=> 5\r\n```\r\n');
    expect(await report([path, '--update'])).toMatchObject({ ok: true, totals: { run: 1, changes: 3 } });
    expect(await readFile(path, 'utf8')).toBe('\uFEFF# Ends\r\n\n```ts\r\n(1 + 1); //=> 2\n(2 + 2); //=> 4\r\n```\r\n');
  });
});
