import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVitest, type TestModule, type Vitest } from 'vitest/node';
import { createDatabaseServer } from './database-server.ts';
import { endProcess } from './end-process.ts';
import type { Failure, FenceResult } from './failure.ts';
import { type Journal, readJournal } from './journal.ts';
import type { PageData } from './page-data.ts';
import { isRunning, type Step } from './plan.ts';
import { doctests } from './plugin.ts';
import { fenceLimit } from './session.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What running a page brought to light. */
export interface Executed {
  readonly results: readonly FenceResult[];
  /** What failed outside any fence. */
  readonly failures: readonly Failure[];
}

export interface Executor {
  /** Starts what runs pages, so that it is there when it is needed. */
  warm(): void;
  /** Runs pages, given by their absolute paths. */
  run(pages: ReadonlyMap<string, PageData>): Promise<ReadonlyMap<string, Executed>>;
  /** Forgets a module that has changed. */
  forget(path: string): Promise<void>;
  close(): Promise<void>;
}

/** How often the pages' journals are looked at, in ms. */
const ROUND = 500;

/** How much later than it should, in ms, a page may come to its next step: its own clock has the first word. */
const GRACE = 2_000;

/**
 * Runs pages in Vitest, without its own output: each page in a process of its own, so that no page finds what another one
 * has left. It is started when there is something to run.
 */
export function createExecutor(): Executor {
  let pages: ReadonlyMap<string, PageData> = new Map();
  let started: Promise<Vitest> | undefined;
  let runs = 0;
  const ended = new Map<string, TestModule>();
  const server = createDatabaseServer();
  const folder = mkdtempSync(join(tmpdir(), 'doctest-'));
  // What a page leaves behind in the folder for such things goes with ours, also when its process was ended.
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const cleanUp = () => rmSync(folder, { recursive: true, force: true });
  // Vitest ends the process by itself when it is interrupted.
  process.once('exit', cleanUp);
  const journalOf = (path: string) => join(folder, `${runs}-${[...pages.keys()].indexOf(path)}.journal`);

  const read = (path: string) => {
    const data = pages.get(path);
    if (!data) throw new Error(`${path} is not one of the pages to be tested.`);
    return data;
  };
  const start = () =>
    createVitest(
      'test',
      {
        config: false,
        root: ROOT,
        watch: false,
        reporters: [{ onTestModuleEnd: (module) => void ended.set(module.moduleId, module) }],
        include: [],
        environment: 'node',
        // A page that does not end can be ended from here only if it is a process.
        pool: 'forks',
        maxWorkers: availableParallelism(),
        env: { TMPDIR: temporary, TMP: temporary, TEMP: temporary },
        // Its key is the file, and what is made of a page depends on more than that.
        fsModuleCache: false,
      },
      { logLevel: 'error', plugins: [doctests({ read, journal: journalOf, databaseUrl: server.url })] },
      // Standard output is the report's.
      { stdout: process.stderr, stderr: process.stderr },
    );

  return {
    warm() {
      started ??= start();
    },
    async run(given) {
      pages = given;
      runs += 1;
      ended.clear();
      const running = [...given].filter(([, { steps }]) => steps.some(isRunning));
      const overdue = new Set<string>();
      if (running.length > 0) {
        started ??= start();
        const vitest = await started;
        const project = vitest.getRootProject();
        const watch = setInterval(() => {
          for (const [path] of running) {
            const late = overdue.has(path) ? undefined : overdueProcess(readJournal(journalOf(path)));
            if (late === undefined) continue;
            overdue.add(path);
            endProcess(late);
          }
        }, ROUND);
        try {
          await vitest.runTestSpecifications(running.map(([path]) => project.createSpecification(path)));
        } finally {
          clearInterval(watch);
        }
      }
      return new Map(
        [...given].map(([path, data]) => {
          if (!data.steps.some(isRunning)) return [path, { results: unrunResults(data.steps), failures: [] }];
          return [path, collect(data, readJournal(journalOf(path)), ended.get(path), overdue.has(path))];
        }),
      );
    },
    async forget(path) {
      (await started)?.invalidateFile(path);
    },
    async close() {
      await (await started)?.close();
      await server.stop();
      cleanUp();
    },
  };
}

/** The process of a page that should have come to its next step long ago. */
function overdueProcess(journal: Journal): number | undefined {
  const due = journal.at(-1)?.due;
  if (due === undefined || Date.now() < due + GRACE) return undefined;
  return journal.flatMap((entry) => (entry.kind === 'page' ? [entry.process] : []))[0];
}

function unrunResults(steps: readonly Step[]): readonly FenceResult[] {
  return steps.flatMap((step) => (step.kind === 'unrun' ? [step.result] : []));
}

function collect(data: PageData, journal: Journal, module: TestModule | undefined, overdue: boolean): Executed {
  const results = journal.flatMap((entry) => (entry.kind === 'result' ? [entry.result] : []));
  const last = journal.at(-1);
  if (last?.kind === 'end')
    return { results, failures: [...last.failures, ...(module ? failuresOf(module, data, results) : [])] };
  // The page's process is gone, and with it the fences that it had not come to yet.
  const at = last?.kind === 'fence' ? last : undefined;
  const broken = module ? failuresOf(module, data, results) : [];
  if (at === undefined) {
    const message = overdue
      ? 'The page came to a standstill between two snippets, and was ended.'
      : 'The page ended before all of its snippets had run.';
    const failures: readonly Failure[] = broken.length > 0 ? broken : [{ kind: 'page', line: 1, message }];
    return { results: [...results, ...withoutTurn(data, results, 'the page did not come to it')], failures };
  }
  const fence = data.page.fences.find(({ id }) => id === at.fence);
  const line = fence?.line ?? 1;
  const failure: Failure = overdue
    ? {
        kind: 'hung',
        line,
        message: `The snippet did not end within ${fenceLimit(fence?.mode === 'node') / 1000} s and let nothing else have a turn: it seems to be in an endless loop. The page was ended here.`,
      }
    : { kind: 'threw', line, message: 'The snippet ended the process that the page runs in.' };
  const culprit: FenceResult = {
    fence: at.fence,
    store: at.store,
    status: 'error',
    text: '',
    console: '',
    shown: [],
    failures: [failure],
  };
  const known = [...results, culprit];
  const reason = `the snippet on line ${line} ${overdue ? 'did not end' : 'ended the process'}, and the page stopped there`;
  return { results: [...known, ...withoutTurn(data, known, reason)], failures: [] };
}

/** What is said of the fences that the page's process has not reported. */
function withoutTurn({ steps }: PageData, results: readonly FenceResult[], reason: string): readonly FenceResult[] {
  const known = new Set(results.map(({ fence, store }) => `${fence} ${store}`));
  return steps.flatMap((step): FenceResult[] => {
    if (step.kind === 'static' || step.kind === 'errors') return [];
    const { fence, store } = step;
    if (known.has(`${fence.id} ${store}`)) return [];
    if (step.kind === 'unrun') return [step.result];
    return [{ fence: fence.id, store, status: 'skipped', reason, text: '', console: '', shown: [], failures: [] }];
  });
}

/** What Vitest has to say of a page, besides what the journal tells of its fences. */
function failuresOf(module: TestModule, { page }: PageData, results: readonly FenceResult[]): Failure[] {
  const failures: Failure[] = module.errors().map(({ message }) => ({ kind: 'page', line: 1, message }));
  const told = new Set(results.map(({ fence }) => fence));
  for (const test of module.children.allTests('failed')) {
    const line = Number(/line (\d+)(?: \[\w+\])?$/.exec(test.name)?.[1] ?? 1);
    const fence = page.fences.find((each) => each.line === line);
    // Problems of the page are known without Vitest; what else fails is a failure of the tests themselves.
    if (test.parent.type !== 'suite' || (fence && told.has(fence.id))) continue;
    const message = test.result().errors?.[0]?.message ?? 'This snippet could not be tested.';
    failures.push({ kind: 'threw', line, message });
  }
  return failures;
}
