import type { CompiledProgram, ProgramSource } from '../../compiler/program.ts';
import type { ConsoleEntry, ErrorReport, TestResult } from '../../probe/entry.ts';
import type { RunMessage, Supplies } from '../inner.ts';
import type { FromRelay, RunEnd, SandpackFile, ToRelay } from '../protocol.ts';
import type { RunProgress } from '../runner.ts';
import type { Compiler } from './compiler.ts';
import { CompileFailure, Failure } from './failure.ts';
import type { Loading } from './files.ts';
import { explainEnd } from './outcome.ts';
import { createPlaces } from './places.ts';
import type { Sandbox } from './sandbox.ts';
import { createFileLines, type FileLines, sandpackFrames, sandpackSource, TEST_FILE } from './stock.ts';
import { testMessages } from './tests.ts';
import type { Trace } from './trace.ts';

export interface SessionParts {
  readonly sandbox: Sandbox;
  post(message: FromRelay): void;
  readonly compiler: Compiler;
  /** What a program imports and the runner brings; `listen` hears of what has to be loaded first and is not small. */
  supplies(program: CompiledProgram, listen: (loading: Loading) => void): Promise<Supplies>;
  /** Loads what finds the places of a program's errors. */
  tracer(program: CompiledProgram): Promise<Trace>;
  now(): number;
}

/** One run, from the request to its end. */
interface Running {
  /** The client's number of the run, which it finds in every message about it. */
  readonly run: number;
  /** Whatever the client was told about so far, in terms of the protocol. */
  sentDone: boolean;
  shown: boolean;
  /** Errors are translated one after the other, so that all messages keep their order. */
  queue: Promise<void>;
}

/**
 * Carries out a client's requests and answers in the order of messages that Sandpack's components rely on:
 *
 *     start, (status transpiling), state, status evaluating, done, console …, success | show-error, status done, x-end
 *
 * A run that was replaced by a later one says nothing more. A stock client forgets edits that are made while its status
 * is anything but done, so `done` comes before the code runs: an edit then ends a loop, and is not lost.
 */
export function createSession(parts: SessionParts) {
  const { sandbox, compiler, post } = parts;
  let current: Running | undefined;
  let first = true;
  let files: readonly SandpackFile[] = [];
  let fileLines: FileLines = createFileLines([]);
  let consoleCount = 0;
  /** A test run that was asked for while something else was going on: the last one asked for is carried out. */
  let wanted: { readonly path: string | undefined } | undefined;

  const setFiles = (given: readonly SandpackFile[]) => {
    files = given;
    fileLines = createFileLines(given);
  };
  const isCurrent = (running: Running) => current === running;

  const begin = (run: number): Running => {
    sandbox.stop();
    compiler.cancel();
    const running: Running = { run, sentDone: false, shown: false, queue: Promise.resolve() };
    current = running;
    post({ type: 'start', firstLoad: first });
    return running;
  };

  const end = (running: Running, status: RunEnd) => {
    if (!isCurrent(running)) return;
    current = undefined;
    if (!running.sentDone) post({ type: 'done', compilatonError: running.shown });
    if (status === 'done') post({ type: 'success' });
    post({ type: 'status', status: 'done' });
    post({ type: 'x-end', 'x-run': running.run, 'x-status': status });
    const next = wanted;
    wanted = undefined;
    if (next) void runTests(next.path);
  };

  const showError = (running: Running, error: ErrorReport, title: string) => {
    running.shown = true;
    post({
      type: 'action',
      action: 'show-error',
      title,
      path: error.at?.fence ?? '',
      message: error.message,
      line: error.at?.line ?? 0,
      column: error.at?.column ?? 0,
      payload: { frames: sandpackFrames(error, fileLines) },
      'x-run': running.run,
      'x-error': error,
    });
  };

  const print = (running: Running, entry: ConsoleEntry) => {
    const method = entry.kind === 'show' ? 'log' : entry.kind === 'notice' ? 'warn' : entry.kind;
    const id = `${running.run}-${++consoleCount}`;
    post({ type: 'console', log: [{ method, id, data: [entry.text] }], 'x-run': running.run, 'x-entry': entry });
  };

  const tell = ({ run }: Running, progress: RunProgress) =>
    post({ type: 'x-progress', 'x-run': run, 'x-progress': progress });

  /** Compiles if need be; a failure is shown, and ends the run. */
  const compiled = async (running: Running, source: ProgramSource): Promise<CompiledProgram | undefined> => {
    post({ type: 'status', status: 'transpiling' });
    try {
      const program = await compiler.compile(source);
      return isCurrent(running) ? program : undefined;
    } catch (error) {
      if (!isCurrent(running)) return undefined;
      showError(running, failureReport(error), error instanceof CompileFailure ? 'SyntaxError' : 'Error');
      end(running, 'error');
      return undefined;
    }
  };

  const announce = (running: Running, program: CompiledProgram, evaluates: boolean) => {
    post({ type: 'state', state: { entry: program.modules.at(-1)?.name ?? '', transpiledModules: {} } });
    if (first) post({ type: 'test', event: 'initialize_tests' });
    first = false;
    running.sentDone = true;
    if (evaluates) post({ type: 'status', status: 'evaluating' });
    post({ type: 'done', compilatonError: false });
  };

  /** Executes a program and hands on what it says, until it ends. */
  const execute = async (
    running: Running,
    program: CompiledProgram,
    tested: (result: TestResult) => void,
    failed: (error: ErrorReport) => void,
    ended: (status: RunEnd) => void,
  ) => {
    // A step that fails must not take those after it along: the last of them tells the client that the run has ended.
    const inOrder = (step: () => Promise<void> | void) => {
      running.queue = running.queue
        .then(() => (isCurrent(running) ? step() : undefined))
        .catch((error: unknown) => showError(running, failureReport(error), 'Error'));
    };
    const { locate, fenceOf } = createPlaces(program, parts.tracer);
    const settle = (message: RunMessage) => {
      switch (message.type) {
        case 'console':
          return inOrder(() => print(running, { ...message.entry, fence: fenceOf(message.entry.fence) ?? '' }));
        case 'error':
          return inOrder(async () => {
            const error = await locate(message.error, message.frames);
            if (isCurrent(running)) failed(error);
          });
        case 'test':
          return inOrder(async () => {
            const { error, ...result } = message.result;
            const located = error && (await locate(error, message.frames));
            const fence = fenceOf(result.fence) ?? program.target;
            if (isCurrent(running)) tested({ ...result, fence, ...(located ? { error: located } : {}) });
          });
        case 'starting':
          return inOrder(() => tell(running, { stage: 'starting', what: message.what }));
        case 'running':
          return inOrder(() => tell(running, { stage: 'running' }));
        case 'settled':
          return inOrder(() => ended(message.failed ? 'error' : 'done'));
      }
    };
    try {
      const supplies = await parts.supplies(program, ({ what, loaded, total }) => {
        if (isCurrent(running)) tell(running, { stage: 'loading', what, loaded, total });
      });
      if (!isCurrent(running)) return;
      await sandbox.run(program, supplies, {
        message: settle,
        killed: (reason) =>
          inOrder(() => {
            failed(explainEnd(reason));
            ended('error');
          }),
      });
    } catch (error) {
      inOrder(() => {
        failed(failureReport(error));
        ended('error');
      });
    }
  };

  const runProgram = (running: Running, program: CompiledProgram) => {
    announce(running, program, true);
    return execute(
      running,
      program,
      (result) => post({ type: 'x-test', 'x-run': running.run, 'x-result': result }),
      (error) => showError(running, error, 'Runtime Exception'),
      (status) => end(running, status),
    );
  };

  const compile = async (request: Extract<ToRelay, { type: 'compile' }>['request']) => {
    if (request.kind === 'refused') {
      const running = begin(request.run);
      showError(running, unavailable(request.reason), 'Error');
      return end(running, 'error');
    }
    if (request.kind === 'program') return runProgram(begin(request.run), request.program);
    if (request.kind === 'source') {
      setFiles(request.source.modules.map(({ name, source }) => ({ path: name, code: source })));
      const running = begin(request.run);
      const program = await compiled(running, request.source);
      return program && runProgram(running, program);
    }
    setFiles(request.files);
    const running = begin(0);
    const program = await compiled(running, sandpackSource(files));
    if (!program) return;
    if (request.evaluate) return runProgram(running, program);
    announce(running, program, false);
    end(running, 'done');
  };

  /** Runs the test files of a stock client, one after the other. */
  const runTests = async (path: string | undefined) => {
    if (current) {
      wanted = { path };
      return;
    }
    const paths = files
      .map((file) => file.path)
      .filter((each) => (path === undefined ? TEST_FILE.test(each) : each === path));
    const running: Running = { run: 0, sentDone: true, shown: false, queue: Promise.resolve() };
    current = running;
    post({ type: 'test', event: 'total_test_start' });
    for (const each of paths) {
      post({ type: 'test', event: 'add_file', path: each });
      await runTestFile(running, each);
      if (!isCurrent(running)) return;
    }
    post({ type: 'test', event: 'total_test_end' });
    current = undefined;
    const next = wanted;
    wanted = undefined;
    if (next) void runTests(next.path);
  };

  const runTestFile = async (running: Running, path: string) => {
    const results: { readonly result: TestResult; readonly duration: number }[] = [];
    const finish = (error?: ErrorReport) => {
      for (const message of testMessages(path, results, error, fileLines)) post(message);
    };
    let program: CompiledProgram;
    try {
      program = await compiler.compile(sandpackSource(files, path));
    } catch (error) {
      if (isCurrent(running)) finish(failureReport(error));
      return;
    }
    if (!isCurrent(running)) return;
    let failure: ErrorReport | undefined;
    let before = parts.now();
    await new Promise<void>((resolve) => {
      replaced = resolve;
      void execute(
        running,
        program,
        (result) => {
          results.push({ result, duration: parts.now() - before });
          before = parts.now();
        },
        (error) => {
          failure ??= error;
        },
        () => {
          finish(failure);
          resolve();
        },
      );
    });
  };
  /** Lets a test run go that another request has replaced: nobody will hear of its end. */
  let replaced = () => {};

  return {
    /** Makes the sandbox ready before the first request. */
    warm: () => sandbox.warm(),
    /** Carries out a request; resolves when there is nothing left to do for it but to listen. */
    async handle(message: ToRelay): Promise<void> {
      switch (message.type) {
        case 'compile':
          wanted = undefined;
          current = undefined;
          replaced();
          return compile(message.request);
        case 'run-all-tests':
          return runTests(undefined);
        case 'run-tests':
          return runTests(message.path);
        case 'x-stop': {
          const running = current;
          if (!running || running.run !== message.run) return;
          sandbox.stop();
          compiler.cancel();
          return end(running, 'stopped');
        }
        case 'register-frame':
          return;
      }
    },
  };
}

function failureReport(error: unknown): ErrorReport {
  if (error instanceof Failure) return error.report;
  return unavailable(error instanceof Error ? error.message : String(error));
}

function unavailable(message: string): ErrorReport {
  return { name: 'Stopped', code: 'RUN_UNAVAILABLE', message, frames: [] };
}
