import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVitest, type Reporter, type TestModule, type Vitest } from 'vitest/node';
import { createDatabaseServer } from './database-server.ts';
import type { Failure, FenceResult } from './failure.ts';
import type { PageData } from './page-data.ts';
import { doctests } from './plugin.ts';
import { NODE_FENCE_LIMIT } from './session.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What running a page brought to light. */
export interface Executed {
  readonly results: readonly FenceResult[];
  /** What failed outside any fence. */
  readonly failures: readonly Failure[];
}

export interface Executor {
  /** Runs pages, given by their absolute paths. */
  run(pages: ReadonlyMap<string, PageData>): Promise<ReadonlyMap<string, Executed>>;
  /** Forgets a module that has changed. */
  forget(path: string): Promise<void>;
  close(): Promise<void>;
}

/** How long there may be no sign of life: by then a fence that only waits has long been given up. */
const SILENCE_LIMIT = 3 * NODE_FENCE_LIMIT;

/** Runs pages in Vitest, without its own output. It is started when there is something to run. */
export function createExecutor(): Executor {
  let pages: ReadonlyMap<string, PageData> = new Map();
  let started: Promise<Vitest> | undefined;
  const ended = new Map<string, TestModule>();
  const silence = createSilence();
  const server = createDatabaseServer();
  // A thread in an endless loop reports nothing: so each page notes in a file what it is at.
  const folder = mkdtempSync(join(tmpdir(), 'doctest-'));
  const cleanUp = () => rmSync(folder, { recursive: true, force: true });
  // Vitest ends the process by itself when it is interrupted.
  process.once('exit', cleanUp);
  const progress = (path: string) => join(folder, `${[...pages.keys()].indexOf(path)}.txt`);

  const reporter: Reporter = {
    onTestModuleStart: () => silence.break(),
    onTestCaseReady: () => silence.break(),
    onTestCaseResult: () => silence.break(),
    onTestModuleEnd: (module) => {
      silence.break();
      ended.set(module.moduleId, module);
    },
  };
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
        reporters: [reporter],
        include: [],
        environment: 'node',
        // A thread that never comes to an end does not keep the process from ending; a process of its own would go on.
        pool: 'threads',
        // Its key is the file, and what is made of a page depends on more than that.
        fsModuleCache: false,
      },
      { logLevel: 'error', plugins: [doctests({ read, progress, databaseUrl: server.url })] },
      // Standard output is the report's.
      { stdout: process.stderr, stderr: process.stderr },
    );

  return {
    async run(given) {
      pages = given;
      ended.clear();
      const running = [...given].filter(([, { steps }]) =>
        steps.some(({ kind }) => kind !== 'static' && kind !== 'errors'),
      );
      if (running.length === 0) return new Map();
      started ??= start();
      const vitest = await started;
      const project = vitest.getRootProject();
      const specifications = running.map(([path, { needs }]) => {
        // Only a process of its own can be in a folder of its own.
        const apart = [...needs.values()].some(({ folder }) => folder);
        return project.createSpecification(path, undefined, apart ? 'forks' : 'threads');
      });
      const outcome = await silence.limit(vitest.runTestSpecifications(specifications));
      // What hangs is left behind: the next run gets threads of its own.
      if (outcome === 'silent') started = undefined;
      return new Map(
        running.map(([path, data]) => {
          const module = ended.get(path);
          return [path, module ? collect(module) : stuck(data, progress(path))];
        }),
      );
    },
    async forget(path) {
      (await started)?.invalidateFile(path);
    },
    async close() {
      cleanUp();
      await (await started)?.close();
      await server.stop();
    },
  };
}

/** The report on a page that did not come to its end. */
function stuck({ page }: PageData, progress: string): Executed {
  const [at, worker] = existsSync(progress) ? readFileSync(progress, 'utf8').split(' ') : [];
  endProcess(Number(worker));
  const fence = page.fences.find(({ id }) => id === at);
  const message = fence
    ? `Nothing has been heard of this snippet for ${SILENCE_LIMIT / 1000} s: it seems to be in an endless loop.`
    : 'The page did not get its turn, because another page did not end.';
  return { results: [], failures: [{ kind: 'hung', line: fence?.line ?? 1, message }] };
}

/** A thread ends with this process, but a process of its own would go on for ever. */
function endProcess(id: number): void {
  if (Number.isNaN(id) || id === process.pid) return;
  try {
    process.kill(id, 'SIGKILL');
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!gone) throw error;
  }
}

function collect(module: TestModule): Executed {
  const results: FenceResult[] = [];
  const failures: Failure[] = module.errors().map(({ message }) => ({ kind: 'page', line: 1, message }));
  for (const test of module.children.allTests()) {
    const { fence } = test.meta();
    const { state, errors } = test.result();
    if (fence) results.push(fence);
    // Problems of the page are known without Vitest; what else fails is a failure of the tests themselves.
    else if (state === 'failed' && test.parent.type === 'suite') {
      const line = Number(/\d+$/.exec(test.name)?.[0] ?? 1);
      failures.push({ kind: 'threw', line, message: errors?.[0]?.message ?? 'The test of this snippet failed.' });
    }
  }
  return { results, failures };
}

/** Notices when nothing happens any more: a snippet that never gives its thread back cannot be timed out from within. */
function createSilence() {
  let timer: NodeJS.Timeout | undefined;
  let give: (outcome: 'silent') => void = () => {};
  const arm = () => {
    clearTimeout(timer);
    timer = setTimeout(() => give('silent'), SILENCE_LIMIT);
  };
  return {
    break() {
      if (timer) arm();
    },
    async limit<T>(promise: Promise<T>): Promise<T | 'silent'> {
      const silent = new Promise<'silent'>((resolve) => {
        give = resolve;
      });
      arm();
      try {
        return await Promise.race([promise, silent]);
      } finally {
        clearTimeout(timer);
        timer = undefined;
      }
    },
  };
}
