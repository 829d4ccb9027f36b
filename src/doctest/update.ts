import type { FenceClaim } from '../compiler/claims.ts';
import type { Fence } from '../extract/page.ts';
import type { Recorded, Recording } from '../extract/recording.ts';
import { type FenceResult, hasRun } from './failure.ts';
import type { PageData } from './page-data.ts';
import { isSame } from './recording.ts';
import { compareChoices, firstResults } from './results-by-store.ts';

/** Something that `--update` has written. */
export interface Change {
  /** The file, as a person would write it. */
  readonly path: string;
  /** The line that was written, in the page as it is now; a recording has none. */
  readonly line?: number;
  readonly what: string;
}

/** Something that `--update` would have written, if it had been determined. */
export interface Unwritten {
  readonly line: number;
  readonly reason: string;
}

/** What an update has made of a text. */
export interface Updated<T> {
  readonly result: T;
  readonly changes: readonly Omit<Change, 'path'>[];
  readonly unwritten: readonly Unwritten[];
}

interface LineEdit {
  /** The first line to be replaced, from 1. */
  readonly line: number;
  readonly count: number;
  readonly lines: readonly string[];
  readonly what: string;
}

type Edit = LineEdit | Unwritten;

/** Writes what was found into the `//=>` comments and `output` fences of a page that claim something else. */
export function updateMarkdown(markdown: string, data: PageData, results: readonly FenceResult[]): Updated<string> {
  // Each line keeps its own end: a file can have several kinds.
  const parts = markdown.split(/(\r\n|\r|\n)/);
  const lines = parts.filter((_, index) => index % 2 === 0);
  const ends = parts.filter((_, index) => index % 2 === 1);
  const found = results.flatMap((result): Edit[] => [
    ...claimEdits(lines, data, result),
    ...outputEdits(lines, data, result),
  ]);
  const edits = found.filter((edit) => 'lines' in edit).sort((a, b) => a.line - b.line);
  const end = ends[0] ?? '\n';
  // From the bottom up, so that the lines above keep their numbers.
  for (const { line, count, lines: replacement } of edits.toReversed()) {
    lines.splice(line - 1, count, ...replacement);
    const kept = ends.slice(line - 1, line - 1 + Math.min(count, replacement.length));
    ends.splice(line - 1, count, ...replacement.map((_, index) => kept[index] ?? end));
  }
  let shift = 0;
  const changes = edits.map(({ line, count, lines: replacement, what }) => {
    const change = { line: line + shift, what };
    shift += replacement.length - count;
    return change;
  });
  return {
    result: lines.map((line, index) => line + (index < lines.length - 1 ? (ends[index] ?? end) : '')).join(''),
    changes,
    unwritten: found.filter((edit) => 'reason' in edit),
  };
}

function claimEdits(lines: readonly string[], { page, claims }: PageData, result: FenceResult): Edit[] {
  const fence = page.fences.find(({ id }) => id === result.fence);
  if (!fence) return [];
  return (claims.get(fence.id) ?? []).flatMap((claim): Edit[] => {
    const line = fence.line + claim.line - 1;
    if (!result.failures.some((failure) => failure.kind === 'value' && failure.line === line)) return [];
    const values = new Set(result.shown.filter((each) => each.line === claim.line).map(({ text }) => text));
    const [value] = values;
    const reason = whyNot(values);
    if (value === undefined || reason !== undefined) return reason === undefined ? [] : [{ line, reason }];
    const text = lines[line - 1] ?? '';
    const start = startOf(text, fence, claim);
    const shown = `//=> ${value}`;
    return [{ line, count: 1, lines: [`${text.slice(0, start)}${shown}`], what: shown }];
  });
}

/** What cannot be said in a comment. */
function whyNot(values: ReadonlySet<string>): string | undefined {
  const [value] = values;
  if (value === undefined) return 'the expression of this `//=>` was never evaluated';
  if (values.size > 1) return 'the expression of this `//=>` has several values';
  return value.includes('\n')
    ? 'the value has several lines, and a `//=>` has one: show it with console.log'
    : undefined;
}

function startOf(text: string, fence: Fence, claim: FenceClaim): number {
  const start = fence.indent + claim.column;
  return text.startsWith('//', start) ? start : text.lastIndexOf('//');
}

const CLOSING = /^[\s>]*(?:`{3,}|~{3,})\s*$/;

function outputEdits(lines: readonly string[], { page }: PageData, result: FenceResult): Edit[] {
  const output = page.fences.find(({ id }) => id === result.fence)?.output;
  if (!output || !result.failures.some(({ kind }) => kind === 'output')) return [];
  const empty = output.text === '' && CLOSING.test(lines[output.line - 1] ?? '');
  // The same indentation or quotation marks as the opening of the fence has.
  const prefix = /^[^`~]*/.exec(lines[output.line - 2] ?? '')?.[0] ?? '';
  const found = result.console === '' ? [] : result.console.split('\n');
  return [
    {
      line: output.line,
      count: empty ? 0 : output.text.split('\n').length,
      lines: found.map((line) => `${prefix}${line}`.trimEnd()),
      what: `output of ${found.length} ${found.length === 1 ? 'line' : 'lines'}`,
    },
  ];
}

/**
 * Records the fences that came to a result. What did not stays as it was, so that one fence that fails takes nothing
 * from the others.
 *
 * @param refusals what the compiler says of the fences that it has to refuse
 */
export function updateRecording(
  former: Recording,
  { page }: PageData,
  results: readonly FenceResult[],
  refusals: readonly FenceResult[],
): Updated<Recording> {
  const lineOf = new Map(page.fences.map(({ id, line }) => [id, line]));
  const differing = new Set(compareChoices(results, page).map(({ line }) => line));
  const failing = new Set(results.filter(({ failures }) => failures.length > 0).map(({ fence }) => fence));
  const all = [...firstResults(results), ...refusals];
  const unwritten: Unwritten[] = [];
  const recorded = new Map<string, Recorded>();
  for (const result of all) {
    const { fence, status, text, again } = result;
    const line = lineOf.get(fence) ?? 1;
    const reason = !hasRun(result)
      ? (result.reason ?? 'it was not run')
      : failing.has(fence)
        ? 'it fails'
        : differing.has(line)
          ? 'it prints something else with each store'
          : undefined;
    const before = former[fence];
    if (reason !== undefined || (status !== 'done' && status !== 'error')) {
      unwritten.push({ line, reason: `not recorded, because ${reason ?? 'it was not run'}` });
      if (before) recorded.set(fence, before);
    } else {
      // Where only ids and times differ, a recording stays, so that it changes when what is printed does.
      const now: Recorded = { status, text, ...(again && { again }) };
      recorded.set(fence, before && isSame(before, now) ? before : now);
    }
  }
  const changed = [...recorded].filter(([fence, entry]) => former[fence] !== entry).map(([fence]) => fence);
  const removed = Object.keys(former).filter((fence) => !recorded.has(fence));
  const lines = changed.map((fence) => lineOf.get(fence) ?? 1).sort((a, b) => a - b);
  return {
    result: Object.fromEntries(recorded),
    changes: [
      ...(changed.length > 0 ? [{ what: `recorded ${count(changed.length)} (line ${lines.join(', ')})` }] : []),
      ...(removed.length > 0 ? [{ what: `removed ${count(removed.length)} that the page does not run` }] : []),
    ],
    unwritten,
  };
}

function count(snippets: number): string {
  return `${snippets} ${snippets === 1 ? 'snippet' : 'snippets'}`;
}
