import type { CompiledProgram } from '../../compiler/program.ts';
import type { ConsoleEntry, ErrorReport } from '../../probe/entry.ts';
import type { RequestParts } from '../relay/execution.ts';
import { CompileFailure, failureReport, unavailable } from '../relay/failure.ts';
import { createFileLines, sandpackFrames, sandpackSource, TEST_FILE } from './files.ts';
import { readFromSandpack, type SandpackFile, type ToSandpack } from './messages.ts';
import { type TestedFile, testMessages } from './test-messages.ts';

/** How a stock client tells the messages for itself. */
export type Envelope = ToSandpack & { readonly codesandbox: true; readonly $id: number | string | undefined };

/**
 * Lets a stock Sandpack client use the relay as its bundler: carries out what it asks for, and answers in the order of
 * messages that Sandpack's components rely on:
 *
 *     start, (status transpiling), state, status evaluating, done, console …, success | show-error, status done
 *
 * A run that was replaced by a later one says nothing more. A stock client forgets edits that are made while its status
 * is anything but done, so `done` comes before the code runs: an edit then ends a loop, and is not lost.
 */
export function createSandpackRequests({
  compiler,
  execute,
  going,
  post,
  now,
}: RequestParts<Envelope> & { now(): number }) {
  /** The client's name for itself, in every message to it. */
  let id: number | string | undefined;
  let first = true;
  let files: readonly SandpackFile[] = [];
  let lines = createFileLines(files);
  let entries = 0;
  let busy = false;
  /** A test run that was asked for while something else was going on: the last one asked for is carried out. */
  let wanted: { readonly path: string | undefined } | undefined;

  const say = (message: ToSandpack) => post({ ...message, codesandbox: true, $id: id });

  const showError = (error: ErrorReport, title: string) =>
    say({
      type: 'action',
      action: 'show-error',
      title,
      path: error.at?.fence ?? '',
      message: error.message,
      line: error.at?.line ?? 0,
      column: error.at?.column ?? 0,
      payload: { frames: sandpackFrames(error, lines) },
    });

  const print = ({ kind, text }: ConsoleEntry) => {
    const method = kind === 'show' ? 'log' : kind === 'notice' ? 'warn' : kind;
    say({ type: 'console', log: [{ method, id: String(++entries), data: [text] }] });
  };

  /** Whatever was going on has ended: what waited for that comes next. */
  const end = () => {
    busy = false;
    const next = wanted;
    wanted = undefined;
    if (next) void runTests(next.path);
  };

  const begin = (): AbortSignal => {
    const signal = going.start();
    busy = true;
    wanted = undefined;
    say({ type: 'start', firstLoad: first });
    return signal;
  };
  /** Nothing could be compiled. */
  const fail = (error: ErrorReport, title: string) => {
    showError(error, title);
    say({ type: 'done', compilatonError: true });
    say({ type: 'status', status: 'done' });
    end();
  };

  const compile = async (evaluate: boolean) => {
    const signal = begin();
    say({ type: 'status', status: 'transpiling' });
    let program: CompiledProgram;
    try {
      program = await compiler.compile(sandpackSource(files), signal);
    } catch (error) {
      if (signal.aborted) return;
      return fail(failureReport(error), error instanceof CompileFailure ? 'SyntaxError' : 'Error');
    }
    if (signal.aborted) return;
    say({ type: 'state', state: { entry: program.modules.at(-1)?.name ?? '', transpiledModules: {} } });
    if (first) say({ type: 'test', event: 'initialize_tests' });
    first = false;
    if (evaluate) say({ type: 'status', status: 'evaluating' });
    say({ type: 'done', compilatonError: false });
    const status = evaluate
      ? await execute(
          program,
          (event) => {
            if (event.type === 'console') print(event.entry);
            if (event.type === 'error') showError(event.error, 'Runtime Exception');
          },
          signal,
        )
      : 'done';
    if (signal.aborted) return;
    if (status === 'done') say({ type: 'success' });
    say({ type: 'status', status: 'done' });
    end();
  };

  /** Runs the client's test files, one after the other. */
  const runTests = async (path: string | undefined) => {
    if (busy) {
      wanted = { path };
      return;
    }
    const signal = going.start();
    busy = true;
    say({ type: 'test', event: 'total_test_start' });
    for (const { path: each } of files) {
      if (path === undefined ? !TEST_FILE.test(each) : each !== path) continue;
      say({ type: 'test', event: 'add_file', path: each });
      const tested = await runTestFile(each, signal);
      if (signal.aborted) return;
      for (const message of testMessages(each, tested, lines)) say(message);
    }
    say({ type: 'test', event: 'total_test_end' });
    end();
  };

  const runTestFile = async (path: string, signal: AbortSignal): Promise<TestedFile> => {
    const results: TestedFile['results'][number][] = [];
    let failure: ErrorReport | undefined;
    try {
      const program = await compiler.compile(sandpackSource(files, path), signal);
      let before = now();
      await execute(
        program,
        (event) => {
          if (event.type === 'error') failure ??= event.error;
          if (event.type !== 'test') return;
          results.push({ result: event.result, duration: now() - before });
          before = now();
        },
        signal,
      );
    } catch (error) {
      failure = failureReport(error);
    }
    return { results, failure };
  };

  return {
    /** Tells a client that the relay listens. */
    announce: () => say({ type: 'initialized' }),
    /** Carries out what a client asks; resolves when there is nothing left to do for it. */
    async handle(data: unknown): Promise<void> {
      const message = readFromSandpack(data);
      switch (message?.type) {
        case 'register-frame':
          id = message.id;
          return;
        case 'refused':
          begin();
          return fail(unavailable(message.reason), 'Error');
        case 'compile':
          files = message.files;
          lines = createFileLines(files);
          return compile(message.evaluate);
        case 'run-all-tests':
          return runTests(undefined);
        case 'run-tests':
          return runTests(message.path);
      }
    },
  };
}
