import type { CompiledProgram, ProgramSource } from '../../compiler/program.ts';
import type { CompileAnswer } from '../compile/worker.ts';
import { MAX_COMPILE_SECONDS } from '../limits.ts';
import { Failure } from './failure.ts';

/** Compiles edited code in a Worker, which is started when it is first needed. */
export interface Compiler {
  /**
   * Rejects with a `Failure` when the code is wrong or the compiler did not finish, and with another error when it could
   * not be loaded. One program at a time: the signal ends a compiler at work, and gets
   * another one ready.
   */
  compile(source: ProgramSource, signal: AbortSignal): Promise<CompiledProgram>;
}

/** A compiler at work on one program, or ready for the next. */
interface Bench {
  readonly worker: Worker;
  /** Whether its code has been loaded: only then it can take too long over a program. */
  loaded: boolean;
  task: Task | undefined;
}

interface Task {
  seconds: number;
  resolve(program: CompiledProgram): void;
  reject(error: Error): void;
}

const SECOND_MS = 1_000;

export function createCompiler(makeWorker: () => Worker): Compiler {
  let bench: Bench | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;

  const finish = (at: Bench): Task | undefined => {
    const { task } = at;
    at.task = undefined;
    clearInterval(timer);
    return task;
  };
  /** Ends a compiler, whatever it is doing; a Worker that is busy can be ended in no other way. */
  const end = (at: Bench, reason: Error) => {
    const task = finish(at);
    at.worker.onmessage = null;
    at.worker.onerror = null;
    at.worker.terminate();
    if (bench === at) bench = undefined;
    task?.reject(reason);
  };

  const start = (): Bench => {
    const started: Bench = { worker: makeWorker(), loaded: false, task: undefined };
    started.worker.onmessage = ({ data }: MessageEvent<CompileAnswer>) => {
      started.loaded = true;
      if ('ready' in data) return;
      const task = finish(started);
      if (data.program) task?.resolve(data.program);
      else task?.reject(new Failure(data.error));
    };
    started.worker.onerror = (event) => {
      event.preventDefault();
      // The next edit tries again.
      end(started, started.loaded ? new Failure(CRASHED) : new Error(NOT_LOADED));
    };
    return started;
  };
  const ready = (): Bench => {
    bench ??= start();
    return bench;
  };

  /** Seconds are counted as they are lived through: those that a computer sleeps do not count. */
  const watch = (at: Bench, task: Task) => {
    timer = setInterval(() => {
      if (at.loaded) task.seconds++;
      if (task.seconds <= MAX_COMPILE_SECONDS) return;
      end(at, new Failure(TOO_LONG));
      ready();
    }, SECOND_MS);
  };

  return {
    compile: (source, signal) =>
      new Promise((resolve, reject) => {
        const at = ready();
        const task: Task = { seconds: 0, resolve, reject };
        at.task = task;
        watch(at, task);
        signal.addEventListener('abort', () => {
          if (at.task !== task) return;
          end(at, new Error('The compiler was stopped.'));
          ready();
        });
        at.worker.postMessage(source);
      }),
  };
}

const NOT_LOADED = 'The compiler could not be loaded. Check the connection and try again, or reload the page.';
const CRASHED = {
  name: 'Stopped',
  code: 'COMPILE_CRASH',
  message: 'The browser ended the compiler while it was at work on the code.',
  frames: [],
  hint: 'The code may need more memory to compile than there is: look for very deep nesting, and make it shorter.',
};
const TOO_LONG = {
  name: 'Stopped',
  code: 'COMPILE_TIMEOUT',
  message: `The compiler did not finish within ${MAX_COMPILE_SECONDS} s, so it was stopped.`,
  frames: [],
  hint: 'Look for deeply nested brackets, above all in combination with `<`, and for very long code.',
};
