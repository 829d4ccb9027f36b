import { createConsole, type ProbeConsole } from './console.ts';
import type { ConsoleEntry, TestResult } from './entry.ts';
import { formatLine } from './format.ts';
import { createPending } from './pending.ts';
import { createTimers, nativeTimers, type TimerFunctions } from './timers.ts';

/** What an environment (Node's doc tests, the browser's Worker) does with what happens in a program. */
export interface ProbeHost {
  write(entry: ConsoleEntry): void;
  /** A fence is about to start; the probe waits for the promise, so a host can hold the program here. */
  enter?(fence: string): Promise<void> | void;
  /** A fence has ended: its code, its timers and its tests are done. */
  leave?(fence: string): void;
  /** A `throws` fence threw, as it should. */
  threw?(fence: string, error: unknown): void;
  /** A `throws` fence came to its end. */
  notThrown?(fence: string): void;
  /** A test of the small test runner has ended; `error` is what it failed with. */
  tested?(result: Omit<TestResult, 'error'>, error?: unknown): void;
  /** A timer's callback threw. Without this, the error is thrown on, as an uncaught one. */
  failed?(fence: string, error: unknown): void;
}

/** Tests that have been collected and are to run when the fence ends; resolves to whether all passed. */
export type TestQueue = (console: ProbeConsole, tested: NonNullable<ProbeHost['tested']>) => Promise<boolean>;

export interface Probe {
  /** Ends the fence before (timers, pending storage operations, tests), then starts this one. */
  enter(fence: string): Promise<void>;
  /** A file of the program starts: what its top level prints belongs to its fence. */
  file(fence: string): void;
  fileEnd(fence: string): void;
  /** Prints the value of an `expression //=> …` line, and hands it back. */
  show<T>(fence: string, line: number, value: T): T;
  threw(fence: string, error: unknown): void;
  notThrown(fence: string): void;
  /** Ends the last fence. Resolves when its timers and tests are done; never rejects. */
  end(): Promise<void>;
  /** To be installed as `globalThis.console` and `globalThis.setTimeout` and so on. */
  readonly console: ProbeConsole;
  readonly timers: TimerFunctions;
  /** Resolves when no tracked timer is left, and, once `end` was called, when the last fence has ended. */
  idle(): Promise<void>;
  /** The library's storage operations that have not settled, by name. */
  pending(): readonly string[];
  /** Counts the storage operations of the library, given as its module namespace. */
  watchPending(library: object): void;
  /** Adds a notice of the environment to the running fence's console. */
  notice(text: string): void;
  /** Called by the test runner's module (see `vitest.ts`), once. */
  collectTests(queue: TestQueue): void;
  /** Whether a test failed. */
  readonly failed: boolean;
  /** The fence that is running, or the empty string before the first. */
  readonly fence: string;
  /** Cancels timers and takes the hands off the library. */
  dispose(): void;
}

export function createProbe(host: ProbeHost): Probe {
  /** The running fences: a file's fence lies upon the fence that imports it. */
  const files: string[] = [];
  let section = '';
  let failed = false;
  let tests: TestQueue | undefined;
  let stopWatching = () => {};
  let ending: Promise<void> | undefined;

  const current = () => files.at(-1) ?? section;
  const write = (kind: ConsoleEntry['kind'], text: string, full?: string) =>
    host.write({ fence: current(), kind, text, full });
  const console = createConsole(write, () => performance.now());
  const pending = createPending();
  const timers = createTimers(nativeTimers(), (error) => {
    if (!host.failed) throw error;
    host.failed(current(), error);
  });

  /** Everything up to the first `await` happens within the call, so that `pending` sees what the fence left behind. */
  const leave = async () => {
    // The first to start is the one that the fence forgot; the others may be steps of it.
    const [forgotten] = pending.names();
    if (forgotten !== undefined) write('notice', pendingNotice(forgotten));
    await timers.idle();
    if (tests && !(await tests(console, (result, error) => host.tested?.(result, error)))) failed = true;
    await timers.idle();
    if (section !== '') host.leave?.(section);
  };

  return {
    async enter(fence) {
      await leave();
      section = fence;
      await host.enter?.(fence);
    },
    file: (fence) => {
      files.push(fence);
    },
    fileEnd: () => {
      files.pop();
    },
    show(fence, line, value) {
      host.write({ fence, kind: 'show', line, text: formatLine(value) });
      return value;
    },
    threw: (fence, error) => host.threw?.(fence, error),
    notThrown: (fence) => host.notThrown?.(fence),
    end() {
      ending ??= leave().then(() => {
        section = '';
      });
      return ending;
    },
    console,
    timers: timers.functions,
    async idle() {
      await ending;
      await timers.idle();
    },
    pending: () => pending.names(),
    watchPending: (library) => {
      stopWatching();
      stopWatching = pending.watch(library);
    },
    notice: (text) => write('notice', text),
    collectTests: (queue) => {
      tests = queue;
    },
    get failed() {
      return failed;
    },
    get fence() {
      return current();
    },
    dispose() {
      stopWatching();
      timers.dispose();
    },
  };
}

function pendingNotice(operation: string): string {
  const article = /^[aeiou]/.test(operation) ? 'An' : 'A';
  return `${article} ${operation} was still pending when this snippet ended: did you forget \`await\`?`;
}
