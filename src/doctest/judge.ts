import type { FenceClaim } from '../compiler/claims.ts';
import type { Fence } from '../extract/page.ts';
import { formatValue } from '../probe/format.ts';
import { renderError, reportError } from '../probe/report.ts';
import type { Failure, FenceResult } from './failure.ts';
import { normalise } from './normalise.ts';
import { fenceLimit, type Observation, type Observed } from './session.ts';

/** A failure, with the error that caused it where there is one: its stack says where. */
export interface Verdict extends Failure {
  readonly cause?: { readonly error: unknown };
}

export type Judged = Omit<FenceResult, 'failures'> & { readonly failures: readonly Verdict[] };

/** Compares what was seen of a fence with what the page says of it. */
export function judge(
  fence: Fence,
  claims: readonly FenceClaim[],
  observation: Observation,
  fences: readonly Fence[],
): Judged {
  if ('skipped' in observation) return skipped(fence, observation.skipped, fences);
  const failures: Verdict[] = [
    ...judgeEnd(fence, observation),
    ...judgeClaims(fence, claims, observation),
    ...judgeOutput(fence, observation),
    // The tests of a file that is expected to fail are looked at as what it throws.
    ...(fence.throws === undefined ? observation.failedTests : []).map(
      ({ name, error }): Verdict => ({
        kind: 'test',
        line: fence.line,
        message: `The test “${name}” failed: ${describe(error)}`,
        cause: { error },
      }),
    ),
    ...judgeLoose(fence, observation),
  ];
  return { ...print(fence, observation), failures };
}

/** What the fence printed: the part of a result that does not depend on what was expected. */
export function print(fence: Fence, observed: Observed): Omit<FenceResult, 'failures'> {
  const error = observed.thrown ?? observed.expected;
  const lines = observed.entries.filter(({ kind }) => kind !== 'notice').map(({ text }) => asWritten(text));
  return {
    fence: fence.id,
    status: error || observed.failedTests.length > 0 ? 'error' : 'done',
    text: [...lines, ...(error ? [describe(error.error)] : [])].join('\n'),
    console: consoleText(observed),
    shown: observed.entries.flatMap(({ kind, line, text }) => (kind === 'show' && line ? [{ line, text }] : [])),
  };
}

function skipped(fence: Fence, culprit: string, fences: readonly Fence[]): Judged {
  const line = fences.find(({ id }) => id === culprit)?.line;
  const reason = `the snippet on line ${line} failed, and the program stopped there`;
  return { fence: fence.id, status: 'skipped', reason, text: '', console: '', shown: [], failures: [] };
}

function describe(error: unknown): string {
  return asWritten(renderError(reportError(error)));
}

/** Vite gives imported names other names, which errors then show: `(0 , __vite_ssr_import_1__.bark) is not a function`. */
function asWritten(text: string): string {
  return text.replaceAll(/\(0 ?, ?__vite_ssr_import_\d+__\.(\w+)\)|__vite_ssr_import_\d+__\.(\w+)/g, '$1$2');
}

function consoleText({ entries }: Observed): string {
  return entries
    .filter(({ kind }) => kind !== 'notice' && kind !== 'show')
    .map(({ text }) => asWritten(text))
    .join('\n');
}

function judgeEnd(fence: Fence, { thrown, expected, failedTests, hung, missed }: Observed): Verdict[] {
  const { line } = fence;
  if (hung) {
    const message = `The snippet did not end within ${fenceLimit(fence.mode === 'node') / 1000} s: it awaits something that never comes, or a timer goes on.`;
    return [{ kind: 'hung', line, message }];
  }
  const failed = fence.test ? (thrown ?? failedTests[0]) : undefined;
  if (fence.throws !== undefined && failed) return judgeThrown(fence, fence.throws, failed);
  if (thrown) return [{ kind: 'threw', line, message: describe(thrown.error), cause: thrown }];
  if (missed)
    return [{ kind: 'threw', line, message: 'The program was over before it came to the end of this snippet.' }];
  if (fence.throws === undefined) return [];
  return judgeThrown(fence, fence.throws, expected);
}

function judgeThrown({ line, test }: Fence, throws: string | true, thrown: { error: unknown } | undefined): Verdict[] {
  const should = test ? `A test should fail${named(throws, ' with')}` : `The snippet should throw${named(throws)}`;
  if (!thrown) {
    return [{ kind: 'not thrown', line: line - 1, message: `${should}, and ${test ? 'all pass' : 'threw nothing'}.` }];
  }
  if (matches(throws, thrown.error)) return [];
  return [
    {
      kind: 'not thrown',
      line: line - 1,
      message: `${should}, and ${test ? 'failed with' : 'threw'} something else.`,
      expected: throws === true ? 'an error' : throws,
      found: describe(thrown.error),
      cause: thrown,
    },
  ];
}

function named(throws: string | true, before = ''): string {
  return throws === true ? '' : `${before} ${throws}`;
}

/** A text with a space is part of the message; one without is the error's `code` or `name`. */
function matches(throws: string | true, error: unknown): boolean {
  if (throws === true) return true;
  const { name, code, message } = reportError(error);
  return throws.includes(' ') ? message.includes(throws) : throws === code || throws === name;
}

function judgeClaims(fence: Fence, claims: readonly FenceClaim[], observed: Observed): Verdict[] {
  if (observed.thrown || observed.hung) return [];
  const shown = observed.entries.filter(({ kind }) => kind === 'show');
  // A claim that stands behind no expression is the page's problem.
  const pairs = claims
    .filter(({ attached }) => attached)
    .flatMap((claim) => {
      const values = shown.filter(({ line }) => line === claim.line).map(({ text }) => text);
      return (values.length > 0 ? values : [undefined]).map((found) => ({ claim, found }));
    });
  // Ids are numbered through the whole fence, so that two that should be the same have to be the same.
  const expected = lines(pairs.map(({ claim }) => claim.text));
  const found = lines(pairs.map((pair) => pair.found ?? ''));
  return pairs.flatMap(({ claim, found: value }, index): Verdict[] => {
    const line = fence.line + claim.line - 1;
    if (value === undefined) {
      const message = 'The expression of this `//=>` was never evaluated.';
      return [{ kind: 'value', line, message, expected: claim.text }];
    }
    if (expected[index] === found[index]) return [];
    return [{ kind: 'value', line, message: 'The value is another one.', expected: claim.text, found: value }];
  });
}

function lines(texts: readonly string[]): string[] {
  return normalise(texts.map((text) => text.replaceAll('\n', ' ')).join('\n')).split('\n');
}

function judgeOutput({ output }: Fence, observed: Observed): Verdict[] {
  if (!output || observed.thrown || observed.hung) return [];
  const found = consoleText(observed);
  const [expectedLines, foundLines] = [output.text, found].map((text) => normalise(text).split('\n'));
  const first = expectedLines?.findIndex((line, index) => line.trimEnd() !== foundLines?.[index]?.trimEnd()) ?? -1;
  if (first < 0 && expectedLines?.length === foundLines?.length) return [];
  // The first line that differs; past the last one, if the console shows more.
  const offset = first < 0 ? output.text.split('\n').length - 1 : first;
  return [
    {
      kind: 'output',
      line: output.line + offset,
      message: 'The console shows something else.',
      expected: output.text,
      found,
    },
  ];
}

function judgeLoose(fence: Fence, { entries, stray }: Observed): Verdict[] {
  return [
    ...entries
      .filter(({ kind }) => kind === 'notice')
      .map(({ text }): Verdict => ({ kind: 'pending', line: fence.line, message: text })),
    ...stray.map((error): Verdict => ({ ...describeStray(error, fence.line), cause: { error } })),
  ];
}

/** An error that nobody handled: a rejection, or one thrown by a callback. */
export function describeStray(error: unknown, line: number, more = ''): Failure {
  const text = error instanceof Error ? describe(error) : formatValue(error);
  return { kind: 'rejection', line, message: `Nobody handled this error: ${text}${more === '' ? '' : `\n${more}`}` };
}
