import { afterAll, beforeAll, describe, type TestContext, test } from 'vitest';
import type { FenceClaim } from '../compiler/claims.ts';
import type { Fence, StoreName } from '../extract/page.ts';
import { type Failure, hasRun } from './failure.ts';
import { catchStray } from './globals.ts';
import { type JournalEntry, writeJournal } from './journal.ts';
import { describeStray, type Judged, judge, print, type Verdict } from './judge.ts';
import type { RunningStep, Step } from './plan.ts';
import { fenceLimit, NODE_FENCE_LIMIT, type Observation, type Session } from './session.ts';

/** A page, as the plugin hands it to the test file that it makes of it. */
export interface SuiteData {
  /** The Markdown file. */
  readonly path: string;
  /** The file to note in what happens; see `JournalEntry`. */
  readonly journal?: string;
  readonly fences: readonly Fence[];
  readonly steps: readonly Step[];
  readonly claims: Readonly<Record<string, readonly FenceClaim[]>>;
  readonly problems: readonly Failure[];
}

/** Above the limit of a fence, so that the fence's own message is the one to be seen; a solution runs two sections. */
const TEST_LIMIT = 3 * NODE_FENCE_LIMIT;

/** How long it may take between two fences, in ms: a database is made and taken away there. */
const BETWEEN_LIMIT = 60_000;

/** Makes a page's tests: one for each fence, and one for each thing that is wrong with the page itself. */
export function describePage(data: SuiteData, sessions: Readonly<Record<string, Session>>): void {
  for (const problem of data.problems) {
    test(`line ${problem.line}`, () => {
      throw toError(problem, data.path);
    });
  }
  const note = (entry: JournalEntry, limit?: number) => {
    if (data.journal !== undefined) writeJournal(data.journal, entry, limit);
  };
  note({ kind: 'page', process: process.pid }, BETWEEN_LIMIT);
  // A page without fences has nothing to run. Vitest fails a file without tests; the command says it in its own words.
  describe('snippets', () => {
    let stray: ReturnType<typeof catchStray> | undefined;
    beforeAll(() => {
      stray = catchStray();
    });
    for (const step of data.steps) {
      const { fence } = step;
      const store = 'store' in step ? step.store : undefined;
      const name = [...fence.headings, `line ${fence.line}`].join(' > ') + (store === undefined ? '' : ` [${store}]`);
      test(name, { timeout: TEST_LIMIT }, async (context) => {
        if (step.kind === 'static') return context.skip(`static: ${fence.reason ?? 'no reason is given'}`);
        if (step.kind === 'errors') return context.skip('only type-checked: it must not compile');
        const begin = (of: Fence) => note({ kind: 'fence', fence: fence.id, store }, fenceLimit(of.mode === 'node'));
        const judged = step.kind === 'unrun' ? step.result : await runStep(step, data, sessions, begin);
        const { result, errors } = placed(judged, store, data);
        note({ kind: 'result', result }, BETWEEN_LIMIT);
        conclude(context, judged, errors);
      });
    }
    afterAll(async () => {
      const errors = (await stray?.end()) ?? [];
      for (const session of Object.values(sessions)) await session.dispose();
      const verdicts = errors.map((error): Verdict => ({ ...describeStray(error, 1, LATE), cause: { error } }));
      const failures = verdicts.map(({ cause, ...failure }) => ({
        ...failure,
        ...placeIn(toError({ ...failure, cause }, data.path), data.path),
      }));
      note({ kind: 'end', failures });
      const [first] = verdicts;
      if (first) throw toError(first, data.path);
    });
  });
}

const LATE = 'It came when its snippet was over already.';

async function runStep(
  step: RunningStep,
  data: SuiteData,
  sessions: Readonly<Record<string, Session>>,
  begin: (fence: Fence) => void,
): Promise<Judged> {
  const { fence, program } = step;
  const session = sessions[program];
  if (!session) throw new Error(`The page has no program ${program}.`);
  const verdict = (of: Fence, observation: Observation) =>
    judge(of, data.claims[of.id] ?? [], observation, data.fences);
  const section = (of: Fence) => session.section(of.id, () => begin(of));

  switch (step.kind) {
    case 'file':
      return verdict(fence, await session.file(fence.id, () => begin(fence)));
    case 'section': {
      const judged = verdict(fence, await section(fence));
      const again = step.again === undefined ? undefined : sessions[step.again];
      return again && hasRun(judged) && judged.failures.length === 0
        ? await runAgain(judged, step, data, again, begin)
        : judged;
    }
    case 'checks': {
      const observation = await section(fence);
      if ('skipped' in observation) return verdict(fence, observation);
      const printed = print(fence, observation);
      // That they fail is what they are for; anything else that is wrong with them is seen with the solution.
      if (printed.status === 'error') return { ...printed, failures: [] };
      return { ...printed, failures: [passes(fence, data)] };
    }
    case 'solution': {
      const solution = verdict(fence, await section(fence));
      if (!step.checks || solution.failures.length > 0 || solution.status === 'skipped') return solution;
      const checks = verdict(step.checks, await section(step.checks));
      return { ...solution, failures: checks.failures.map((failure) => unsolved(failure, fence)) };
    }
  }
}

/**
 * Runs the program of a fence that keeps its rows a second time, as a reader does who presses Run twice. What it prints
 * then is recorded; what the page says of values and outputs is said of the first run.
 */
async function runAgain(
  first: Judged,
  { fence, program }: RunningStep,
  { steps, fences }: SuiteData,
  session: Session,
  begin: (fence: Fence) => void,
): Promise<Judged> {
  const sections = steps.filter((step) => step.kind === 'section' && step.program === program);
  const until = sections.findIndex((step) => step.fence === fence);
  const before = `When the snippet on line ${fence.line} is run again: `;
  for (const { fence: of } of sections.slice(0, until + 1)) {
    const observation = await session.section(of.id, () => begin(of));
    const { status, text, reason, failures } = judge({ ...of, output: undefined }, [], observation, fences);
    if (status !== 'done' && status !== 'error') {
      return {
        ...first,
        failures: [{ kind: 'threw', line: of.line, message: `${before}${reason ?? 'it did not run'}.` }],
      };
    }
    if (failures.length > 0) {
      return { ...first, failures: failures.map((each) => ({ ...each, message: before + each.message })) };
    }
    if (of === fence) return { ...first, again: { status, text } };
  }
  return first;
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

/** The result of a fence with the places that the errors' stacks tell, and the errors for Vitest to show. */
function placed(judged: Judged, store: StoreName | undefined, { path }: SuiteData) {
  const errors = judged.failures.map((failure) => toError(failure, path));
  const failures = judged.failures.map(({ cause, ...failure }, index) => ({
    ...failure,
    ...(cause ? placeIn(errors[index], path) : {}),
  }));
  return { result: { ...judged, store, failures }, errors };
}

/** Fails or skips the test. */
function conclude(context: TestContext, { reason, status }: Judged, [first, ...more]: readonly Error[]): void {
  if (reason !== undefined) context.skip(reason);
  if (status === 'unknown') context.skip('it is not understood');
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
