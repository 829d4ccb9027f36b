import { writeFileSync } from 'node:fs';
import { afterAll, describe, type TestContext, test } from 'vitest';
import type { FenceClaim } from '../compiler/claims.ts';
import type { Fence, StoreName } from '../extract/page.ts';
import type { Failure, FenceResult } from './failure.ts';
import { type Judged, judge, print, type Verdict } from './judge.ts';
import type { Step } from './plan.ts';
import { NODE_FENCE_LIMIT, type Observation, type Session } from './session.ts';

/** A page, as the plugin hands it to the test file that it makes of it. */
export interface SuiteData {
  /** The Markdown file. */
  readonly path: string;
  /** Where to note the fence that is running, for the case that it never ends. */
  readonly progress?: string;
  readonly fences: readonly Fence[];
  readonly steps: readonly Step[];
  readonly broken: Readonly<Record<string, { readonly fence: string; readonly failure: Failure }>>;
  readonly claims: Readonly<Record<string, readonly FenceClaim[]>>;
  readonly problems: readonly Failure[];
}

declare module 'vitest' {
  interface TaskMeta {
    /** What came of a fence: for reporters. */
    fence?: FenceResult;
  }
}

/** Above the limit of a fence, so that the fence's own message is the one to be seen; a solution runs two sections. */
const TEST_LIMIT = 3 * NODE_FENCE_LIMIT;

/** Makes a page's tests: one for each fence, and one for each thing that is wrong with the page itself. */
export function describePage(data: SuiteData, sessions: Readonly<Record<string, Session>>): void {
  for (const problem of data.problems) {
    test(`line ${problem.line}`, () => {
      throw toError(problem, data.path);
    });
  }
  // A page without fences has nothing to run. Vitest fails a file without tests; the command says it in its own words.
  describe('snippets', () => {
    for (const step of data.steps) {
      const { fence } = step;
      const store = 'store' in step ? step.store : undefined;
      const name = [...fence.headings, `line ${fence.line}`].join(' > ') + (store === undefined ? '' : ` [${store}]`);
      test(name, { timeout: TEST_LIMIT }, async (context) => {
        if (step.kind === 'static') return context.skip(`static: ${fence.reason ?? 'no reason is given'}`);
        if (step.kind === 'errors') return context.skip('only type-checked: it must not compile');
        if (data.progress !== undefined) writeFileSync(data.progress, `${fence.id} ${process.pid}`);
        report(context, await runStep(step, data, sessions), store, data);
      });
    }
    afterAll(async () => {
      for (const session of Object.values(sessions)) await session.dispose();
    });
  });
}

type RunningStep = Exclude<Step, { kind: 'static' | 'errors' }>;

async function runStep(
  step: RunningStep,
  data: SuiteData,
  sessions: Readonly<Record<string, Session>>,
): Promise<Judged> {
  const { fence, program } = step;
  const broken = data.broken[program];
  if (broken) return uncompiled(fence, broken);
  const session = sessions[program];
  if (!session) throw new Error(`The page has no program ${program}.`);
  const verdict = (of: Fence, observation: Observation) =>
    judge(of, data.claims[of.id] ?? [], observation, data.fences);

  switch (step.kind) {
    case 'file':
      return verdict(fence, await session.file(fence.id));
    case 'section':
      return verdict(fence, await session.section(fence.id));
    case 'checks': {
      const observation = await session.section(fence.id);
      if ('skipped' in observation) return verdict(fence, observation);
      const printed = print(fence, observation);
      // That they fail is what they are for; anything else that is wrong with them is seen with the solution.
      if (printed.status === 'error') return { ...printed, failures: [] };
      return { ...printed, failures: [passes(fence, data)] };
    }
    case 'solution': {
      const solution = verdict(fence, await session.section(fence.id));
      if (!step.checks || solution.failures.length > 0 || solution.status === 'skipped') return solution;
      const checks = verdict(step.checks, await session.section(step.checks.id));
      return { ...solution, failures: checks.failures.map((failure) => unsolved(failure, fence)) };
    }
  }
}

function passes(checks: Fence, data: SuiteData): Verdict {
  const starter = data.fences.find(({ scope, exercise }) => scope === checks.scope && exercise?.part === 'starter');
  return {
    kind: 'exercise',
    line: starter?.line ?? checks.line,
    message: `The starter passes the checks on line ${checks.line}: they have to fail until the reader has done something.`,
  };
}

function unsolved(failure: Verdict, solution: Fence): Verdict {
  const message = `The solution on line ${solution.line} fails the checks. ${failure.message}`;
  return { ...failure, kind: 'exercise', message };
}

function uncompiled(fence: Fence, { fence: culprit, failure }: { fence: string; failure: Failure }): Judged {
  const nothing = { fence: fence.id, text: '', console: '', shown: [] };
  if (culprit === fence.id) return { ...nothing, status: 'error', failures: [failure] };
  const reason = `the program does not compile: see line ${failure.line}`;
  return { ...nothing, status: 'skipped', reason, failures: [] };
}

/** Hands the result to the reporters, and fails or skips the test. */
function report(context: TestContext, judged: Judged, store: StoreName | undefined, { path }: SuiteData): void {
  const errors = judged.failures.map((failure) => toError(failure, path));
  const failures = judged.failures.map(({ cause, ...failure }, index) => ({
    ...failure,
    ...(cause ? placeIn(errors[index], path) : {}),
  }));
  context.task.meta.fence = { ...judged, ...(store === undefined ? {} : { store }), failures };
  if (judged.reason !== undefined) context.skip(judged.reason);
  const [first, ...more] = errors;
  if (!first) return;
  if (more.length > 0) first.message += `\n(and ${more.length} more in this snippet)`;
  throw first;
}

/** An error whose stack is in the Markdown file, so that Vitest shows the line. */
function toError(failure: Verdict, path: string): Error {
  const error = new DoctestError(failure);
  const frames = failure.cause ? framesIn(failure.cause.error, path) : [];
  const own = `    at ${path}:${failure.line}:${failure.column ?? 1}`;
  error.stack = [`${error.name}: ${error.message}`, ...(frames.length > 0 ? frames : [own])].join('\n');
  return error;
}

class DoctestError extends Error {
  override readonly name = 'DoctestError';
  readonly expected?: string;
  readonly actual?: string;

  constructor({ message, expected, found }: Failure) {
    super(message);
    if (expected !== undefined) this.expected = expected;
    if (found !== undefined) this.actual = found;
  }
}

/** The lines of an error's stack that lie in the page. Those of generated code have a query behind the path. */
function framesIn(error: unknown, path: string): string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  return error.stack.split('\n').filter((line) => /^\s+at /.test(line) && line.includes(`${path}:`));
}

function placeIn(error: Error | undefined, path: string): { line: number; column: number } | undefined {
  const [, line, column] = /:(\d+):(\d+)\)?$/m.exec(framesIn(error, path)[0] ?? '') ?? [];
  return line === undefined || column === undefined ? undefined : { line: Number(line), column: Number(column) };
}
