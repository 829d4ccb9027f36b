import type { StoreName } from '../extract/page.ts';
import { type Failure, type FenceResult, hasRun } from './failure.ts';
import type { PageData } from './page-data.ts';
import type { Change, Unwritten } from './update.ts';

/** What an update has written, and what it could not write. */
export interface Written {
  readonly changes: readonly Change[];
  readonly unwritten: readonly Unwritten[];
}

interface Place {
  readonly line: number;
  readonly reason: string;
}

/**
 * What came of a page. Each of its `ts` fences is counted once: `found` is the sum of `run`, `uncompiled`, `skipped`,
 * `typed`, the `static` ones and those `notUnderstood` that are `ts`.
 */
export interface PageReport {
  readonly path: string;
  readonly title: string;
  /** How many `ts` fences the page has. */
  readonly found: number;
  /** The stores that the reader can choose from; the page was run with each. */
  readonly stores: readonly StoreName[];
  /** How many of the fences were executed, whatever came of it. */
  readonly run: number;
  /** How many of those that were executed failed. */
  readonly failed: number;
  /** How many were refused by the compiler or the type checker, and were not executed. */
  readonly uncompiled: number;
  /** How many are only type-checked, because they must not compile. */
  readonly typed: number;
  /** What is shown and not run, with the reason; commands (`sh`) and other languages too. */
  readonly static: readonly (Place & { readonly lang: string })[];
  /** What runs in Node only, with the reason. */
  readonly node: readonly Place[];
  /** What did not get its turn, because of a failure before it. */
  readonly skipped: readonly Place[];
  /** Fences of languages and attributes that the doc tests do not understand, with what to do about them. */
  readonly notUnderstood: readonly (Place & { readonly lang: string })[];
  readonly failures: readonly Failure[];
  readonly notices: readonly string[];
  readonly changes: readonly Change[];
  readonly unwritten: readonly Unwritten[];
  /** What each fence printed, by its id and line; once for each store, if its program holds what was chosen. */
  readonly fences: readonly {
    readonly id: string;
    readonly store?: StoreName;
    readonly line: number;
    readonly status: string;
    readonly text: string;
  }[];
}

/** The whole run: this is what `--json` prints. */
export interface Report {
  readonly ok: boolean;
  readonly pages: readonly PageReport[];
  /** What is wrong with the run as a whole. */
  readonly problems: readonly string[];
  readonly totals: Totals;
}

export interface Totals {
  readonly pages: number;
  readonly found: number;
  readonly run: number;
  readonly failed: number;
  readonly uncompiled: number;
  readonly typed: number;
  readonly static: number;
  readonly node: number;
  readonly skipped: number;
  readonly notUnderstood: number;
  readonly failures: number;
  readonly changes: number;
}

/** The most static and Node-only fences that there may be. */
export interface Ceilings {
  readonly static: number;
  readonly node: number;
}

export function reportPage(
  { page }: PageData,
  results: readonly FenceResult[],
  failures: readonly Failure[],
  notices: readonly string[],
  { changes, unwritten }: Written,
): PageReport {
  const lineOf = (id: string) => page.fences.find((fence) => fence.id === id)?.line ?? 1;
  const shown = page.fences.filter(({ mode }) => mode === 'static');
  const reasons = [...shown.map(({ line, reason }) => ({ line: line - 1, lang: 'ts', reason })), ...page.shown];
  const tested = page.fences.filter(({ mode, errors }) => mode !== 'static' && !errors);
  const byStatus = Map.groupBy(
    tested.map(({ id, line }) => ({ line, results: results.filter(({ fence }) => fence === id) })),
    (each) => statusOf(each.results),
  );
  const ran = byStatus.get('run') ?? [];
  return {
    path: page.path,
    title: page.title,
    found: page.fences.length,
    stores: page.stores,
    run: ran.length,
    failed: ran.filter((each) => each.results.some((result) => hasRun(result) && result.failures.length > 0)).length,
    uncompiled: byStatus.get('uncompiled')?.length ?? 0,
    typed: page.fences.filter(({ errors }) => errors).length,
    static: reasons.map((each) => ({ ...withReason(each), lang: each.lang })).sort((a, b) => a.line - b.line),
    node: page.fences
      .filter(({ mode }) => mode === 'node')
      .map(({ line, reason }) => withReason({ line: line - 1, reason })),
    skipped: (byStatus.get('skipped') ?? []).map((each) =>
      withReason({ line: each.line, reason: each.results[0]?.reason ?? 'the page did not come to it' }),
    ),
    notUnderstood: page.unknown.map(({ line, lang, reason }) => ({ line, lang, reason })),
    failures: [...failures].sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0)),
    notices,
    changes,
    unwritten,
    fences: results.map(({ fence, store, status, text }) => ({
      id: fence,
      store,
      line: lineOf(fence),
      status,
      text,
    })),
  };
}

/** What counts is whether a fence was executed at all: with another store it may have been skipped. */
function statusOf(results: readonly FenceResult[]): 'run' | 'uncompiled' | 'unknown' | 'skipped' {
  if (results.some(hasRun)) return 'run';
  return (
    (['uncompiled', 'unknown'] as const).find((status) => results.some((each) => each.status === status)) ?? 'skipped'
  );
}

function withReason({ line, reason }: { line: number; reason?: string | undefined }) {
  return { line, reason: reason ?? 'no reason is given' };
}

/** Adds the pages up, and says what is wrong with the run as a whole. */
export function reportRun(pages: readonly PageReport[], problems: readonly string[], ceilings?: Ceilings): Report {
  const count = (of: (page: PageReport) => number) => pages.reduce((sum, page) => sum + of(page), 0);
  const totals: Totals = {
    pages: pages.length,
    found: count(({ found }) => found),
    run: count(({ run }) => run),
    failed: count(({ failed }) => failed),
    uncompiled: count(({ uncompiled }) => uncompiled),
    typed: count(({ typed }) => typed),
    static: count((page) => page.static.length),
    node: count(({ node }) => node.length),
    skipped: count(({ skipped }) => skipped.length),
    notUnderstood: count(({ notUnderstood }) => notUnderstood.length),
    failures: count(({ failures }) => failures.length),
    changes: count(({ changes }) => changes.length),
  };
  const all = [...problems, ...(ceilings ? overCeiling(pages, totals, ceilings) : [])];
  if (pages.length > 0 && totals.found === 0) {
    all.push(`No \`ts\` fence was found in ${pages.map(({ path }) => path).join(', ')}: there was nothing to test.`);
  } else if (pages.length > 0 && totals.run === 0) {
    all.push('Not a single fence was run: there was nothing to test.');
  }
  return { ok: totals.failures === 0 && all.length === 0, pages, problems: all, totals };
}

/** A ceiling can only fall: it has to be lowered as soon as there is less under it. */
function overCeiling(pages: readonly PageReport[], totals: Totals, ceilings: Ceilings): string[] {
  return (['static', 'node'] as const).flatMap((kind) => {
    if (totals[kind] < ceilings[kind]) {
      return [
        `Only ${totals[kind]} fences are \`${kind}\` now: lower the ceiling of ${ceilings[kind]} to ${totals[kind]}.`,
      ];
    }
    if (totals[kind] === ceilings[kind]) return [];
    const places = pages.flatMap((page) => page[kind].map(({ line }) => `${page.path}:${line}`));
    return [`${totals[kind]} fences are \`${kind}\`, and the ceiling is ${ceilings[kind]}: ${places.join(', ')}.`];
  });
}

/**
 * The report for people.
 *
 * @param read gives the lines of a page, to show the one that failed
 * @param updated whether the run was to write what it found
 */
export function renderReport(
  report: Report,
  read: (path: string) => readonly string[],
  { updated = false }: { readonly updated?: boolean } = {},
): string {
  const { totals } = report;
  return [
    ...report.pages.flatMap((page) => renderPage(page, () => read(page.path))),
    ...report.problems.map((problem) => `✗ ${problem}`),
    '',
    [
      `${plural(totals.pages, 'page')}, ${plural(totals.found, 'snippet')}: ${totals.run} run`,
      ...(totals.failed > 0 ? [`${totals.failed} of them failed`] : []),
      ...(totals.uncompiled > 0 ? [`${totals.uncompiled} not compiled`] : []),
      ...(totals.typed > 0 ? [`${totals.typed} only type-checked`] : []),
      `${totals.static} static`,
      `${totals.node} in Node only`,
      `${totals.skipped} skipped`,
      ...(totals.notUnderstood > 0 ? [`${totals.notUnderstood} not understood`] : []),
      plural(totals.failures, 'failure'),
    ].join(', '),
    ...(updated
      ? [totals.changes > 0 ? `${plural(totals.changes, 'change')} written` : 'Nothing had to be written']
      : []),
    '',
  ].join('\n');
}

function renderPage(page: PageReport, read: () => readonly string[]): string[] {
  const counts = [
    `${page.run} of ${plural(page.found, 'snippet')} run${page.stores.length > 0 ? ` (${page.stores.join(', ')})` : ''}`,
    ...(page.failed > 0 ? [`${page.failed} failed`] : []),
    ...(page.uncompiled > 0 ? [`${page.uncompiled} not compiled`] : []),
    ...(page.typed > 0 ? [`${page.typed} type-checked`] : []),
    ...(page.static.length > 0 ? [`${page.static.length} static`] : []),
    ...(page.node.length > 0 ? [`${page.node.length} in Node only`] : []),
    ...(page.skipped.length > 0 ? [`${page.skipped.length} skipped`] : []),
    ...(page.notUnderstood.length > 0 ? [`${page.notUnderstood.length} not understood (${languages(page)})`] : []),
  ];
  const reasons = (name: string, of: readonly Place[]) =>
    of.map(({ line, reason }) => `    ${name} ${page.path}:${line}: ${reason}`);
  // A page on which nothing was to be tested is neither right nor wrong.
  const mark = page.failures.length > 0 ? '✗' : page.found > 0 ? '✓' : '–';
  return [
    `${mark} ${page.path}: ${counts.join(', ')}`,
    ...page.notices.map((notice) => `    ${notice}`),
    ...reasons('static', page.static),
    ...reasons('node', page.node),
    ...reasons('skipped', page.skipped),
    ...page.changes.map(({ path, line, what }) => `    wrote ${path}${line === undefined ? '' : `:${line}`}: ${what}`),
    ...reasons('not written', page.unwritten),
    ...(page.failures.length > 0 ? page.failures.flatMap((failure) => renderFailure(failure, page.path, read())) : []),
  ];
}

/** `js` four times and `tsx` once: `4 js, 1 tsx`. */
function languages({ notUnderstood }: PageReport): string {
  return [...Map.groupBy(notUnderstood, ({ lang }) => lang)].map(([lang, all]) => `${all.length} ${lang}`).join(', ');
}

function renderFailure(
  { line, column, kind, store, message, expected, found }: Failure,
  path: string,
  lines: readonly string[],
) {
  const place = column === undefined ? `${path}:${line}` : `${path}:${line}:${column}`;
  const side = (name: string, text: string | undefined) =>
    text === undefined ? [] : [`      ${name}`, ...text.split('\n').map((each) => `        ${each}`)];
  return [
    '',
    `    ${place}  ${kind}${store === undefined ? '' : ` [${store}]`}`,
    ...message.split('\n').map((each) => `      ${each}`),
    ...side('expected', expected),
    ...side('found', found),
    ...frame(lines, line, column).map((each) => `      ${each}`),
    '',
  ];
}

/** The line with its neighbours, and a mark under the column. */
function frame(lines: readonly string[], line: number, column: number | undefined): string[] {
  const width = String(line + 1).length;
  return [line - 1, line, line + 1].flatMap((number) => {
    const text = lines[number - 1];
    if (text === undefined) return [];
    const shown = `${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${text}`;
    const marked = number === line && column !== undefined;
    return marked ? [shown, `  ${' '.repeat(width)} | ${' '.repeat(column - 1)}^`] : [shown];
  });
}

function plural(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
