import { describe, expect, test } from 'vitest';
import { normalise } from '../../src/doctest/normalise.ts';
import { type PageReport, reportRun } from '../../src/doctest/report.ts';

const place = (line: number) => ({ line, reason: 'why', lang: 'ts' });
const page = (over: Partial<PageReport>): PageReport => ({
  path: 'page.md',
  title: 'Page',
  found: 3,
  run: 1,
  failed: 0,
  uncompiled: 0,
  typed: 0,
  static: [place(3)],
  node: [],
  skipped: [],
  notUnderstood: [],
  changes: [],
  unwritten: [],
  failures: [],
  notices: [],
  fences: [],
  stores: [],
  ...over,
});

describe('ceilings', () => {
  const pages = [page({}), page({ path: 'other.md', static: [place(9)], node: [place(20)] })];

  test('more than the ceiling fails, and names the places', () => {
    const { ok, problems } = reportRun(pages, [], { static: 1, node: 0 });
    expect(ok).toBe(false);
    expect(problems).toEqual([
      expect.stringMatching(/^2 fences are `static`, and the ceiling is 1: page\.md:3, other\.md:9/),
      expect.stringMatching(/^1 fences are `node`, and the ceiling is 0: other\.md:20/),
    ]);
  });

  test('fewer fail too, since a ceiling can only fall', () => {
    const { ok, problems } = reportRun(pages, [], { static: 3, node: 1 });
    expect(ok).toBe(false);
    expect(problems).toEqual([expect.stringContaining('lower the ceiling of 3 to 2')]);
  });

  test('as many as the ceiling pass, and without ceilings any number does', () => {
    expect(reportRun(pages, [], { static: 2, node: 1 })).toMatchObject({ ok: true, problems: [] });
    expect(reportRun(pages, [])).toMatchObject({ ok: true });
  });
});

test.each<[string, Partial<PageReport>, boolean]>([
  ['all is well', {}, true],
  ['a failure', { failures: [{ kind: 'value', line: 1, message: 'x' }] }, false],
  ['no fence', { found: 0, run: 0 }, false],
  ['no fence that runs', { run: 0 }, false],
])('%s', (_, over, ok) => {
  expect(reportRun([page(over)], []).ok).toBe(ok);
});

describe('normalise', () => {
  const A = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
  const B = '9B2C7E10-0000-4000-8000-000000000000';

  test.each([
    ['ids by their order', `${A} ${B} ${A.toUpperCase()}`, '<id 1> <id 2> <id 1>'],
    ['times by their order', '2026-11-21T10:00:00.123Z, 2026-11-21T10:00:00+01:00', '<time 1>, <time 2>'],
    ['nothing else', "1 2026-11-21 'text' 0305e82c3301", "1 2026-11-21 'text' 0305e82c3301"],
  ])('%s', (_, text, expected) => {
    expect(normalise(text)).toBe(expected);
  });

  test('leaves what it has written', () => {
    const once = normalise(`${A} 2026-11-21T10:00:00Z`);
    expect(normalise(once)).toBe(once);
  });
});
