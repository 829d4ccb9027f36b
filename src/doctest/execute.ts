import { fileURLToPath } from 'node:url';
import { createVitest, type Reporter, type TestModule, type Vitest } from 'vitest/node';
import type { Failure, FenceResult } from './failure.ts';
import type { PageData } from './page-data.ts';
import { doctests } from './plugin.ts';
import { FENCE_LIMIT } from './session.ts';

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
const SILENCE_LIMIT = 4 * FENCE_LIMIT;

/** Runs pages in Vitest, without its own output. It is started when there is something to run. */
export function createExecutor(): Executor {
  let pages: ReadonlyMap<string, PageData> = new Map();
  const modules = new Map<string, TestModule>();
  const watch = createWatch();
  const reporter: Reporter = {
    onTestModuleStart: () => watch.sign(),
    onTestCaseReady: (test) => watch.sign(`${test.module.moduleId} (${test.name})`),
    onTestCaseResult: () => watch.sign(),
    onTestRunEnd: (ended) => {
      for (const module of ended) modules.set(module.moduleId, module);
    },
  };
  let started: Promise<Vitest> | undefined;
  const start = () =>
    createVitest(
      'test',
      {
        config: false,
        root: ROOT,
        watch: false,
        reporters: [reporter],
        // A page is a test file, wherever it is; threads, since a thread that never ends can still be ended.
        include: [],
        pool: 'threads',
        // Its key is the file, and what is made of a page depends on more than that.
        fsModuleCache: false,
        environment: 'node',
      },
      {
        logLevel: 'error',
        plugins: [
          doctests((path) => {
            const data = pages.get(path);
            if (!data) throw new Error(`${path} is not one of the pages to be tested.`);
            return data;
          }),
        ],
      },
      // Standard output is the report's.
      { stdout: process.stderr, stderr: process.stderr },
    );

  return {
    async run(given) {
      pages = given;
      modules.clear();
      const running = [...given].filter(([, { steps }]) =>
        steps.some(({ kind }) => kind !== 'static' && kind !== 'errors'),
      );
      if (running.length > 0) {
        started ??= start();
        const vitest = await started;
        const project = vitest.getRootProject();
        const specifications = running.map(([path]) => project.createSpecification(path));
        await watch.over(vitest.runTestSpecifications(specifications));
      }
      return new Map([...given.keys()].map((path) => [path, collect(modules.get(path))]));
    },
    async forget(path) {
      (await started)?.invalidateFile(path);
    },
    async close() {
      await (await started)?.close();
    },
  };
}

function collect(module: TestModule | undefined): Executed {
  if (!module) return { results: [], failures: [] };
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
function createWatch() {
  let last = '';
  let timer: NodeJS.Timeout | undefined;
  let give: (error: Error) => void = () => {};
  const arm = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      give(
        new Error(
          `Nothing has been heard for ${SILENCE_LIMIT / 1000} s of ${last}: it seems to run in an endless loop.`,
        ),
      );
    }, SILENCE_LIMIT);
  };
  return {
    sign(of?: string) {
      if (of !== undefined) last = of;
      if (timer) arm();
    },
    async over<T>(promise: Promise<T>): Promise<T> {
      const silence = new Promise<never>((_, reject) => {
        give = reject;
      });
      arm();
      try {
        return await Promise.race([promise, silence]);
      } finally {
        clearTimeout(timer);
        timer = undefined;
      }
    },
  };
}
