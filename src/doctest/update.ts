import type { FenceResult } from './failure.ts';
import type { PageData } from './page-data.ts';

interface LineEdit {
  /** The first line to be replaced, from 1. */
  readonly line: number;
  readonly count: number;
  readonly lines: readonly string[];
}

/** Writes what was found into the `//=>` comments and `output` fences of a page that claim something else. */
export function updateMarkdown(markdown: string, data: PageData, results: readonly FenceResult[]): string {
  const end = markdown.includes('\r\n') ? '\r\n' : '\n';
  const lines = markdown.split(end);
  const edits = results.flatMap((result) => [...claimEdits(lines, data, result), ...outputEdits(lines, data, result)]);
  // From the bottom up, so that the lines above keep their numbers.
  for (const { line, count, lines: replacement } of edits.sort((a, b) => b.line - a.line)) {
    lines.splice(line - 1, count, ...replacement);
  }
  return lines.join(end);
}

function claimEdits(lines: readonly string[], { page, claims }: PageData, result: FenceResult): LineEdit[] {
  const fence = page.fences.find(({ id }) => id === result.fence);
  if (!fence) return [];
  return (claims.get(fence.id) ?? []).flatMap((claim): LineEdit[] => {
    const line = fence.line + claim.line - 1;
    const values = new Set(result.shown.filter((each) => each.line === claim.line).map(({ text }) => text));
    const [value] = values;
    const wrong = result.failures.some((failure) => failure.kind === 'value' && failure.line === line);
    // A line that has several values, or one with line breaks, cannot be said in a comment.
    if (!wrong || value === undefined || values.size > 1 || value.includes('\n')) return [];
    const text = lines[line - 1] ?? '';
    const start = text.startsWith('//', fence.indent + claim.column)
      ? fence.indent + claim.column
      : text.lastIndexOf('//');
    return start < 0 ? [] : [{ line, count: 1, lines: [`${text.slice(0, start)}//=> ${value}`] }];
  });
}

const CLOSING = /^[\s>]*(?:`{3,}|~{3,})\s*$/;

function outputEdits(lines: readonly string[], { page }: PageData, result: FenceResult): LineEdit[] {
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
    },
  ];
}
