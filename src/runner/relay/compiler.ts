import type { CompiledProgram, ProgramSource } from '../../compiler/program.ts';
import type { CompileAnswer, CompileQuestion } from '../compile/messages.ts';
import { CompileFailure } from './failure.ts';

/** Compiles edited code in a Worker, which is started when it is first needed. */
export interface Compiler {
  /** Rejects with a `CompileFailure` when the code is wrong, with another error when the compiler could not be loaded. */
  compile(source: ProgramSource): Promise<CompiledProgram>;
}

interface Waiting {
  resolve(program: CompiledProgram): void;
  reject(error: Error): void;
}

export function createCompiler(makeWorker: () => Worker): Compiler {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let last = 0;

  const start = (): Worker => {
    const started = makeWorker();
    started.onmessage = ({ data: { number, program, error } }: MessageEvent<CompileAnswer>) => {
      const asked = waiting.get(number);
      waiting.delete(number);
      if (program) asked?.resolve(program);
      else if (error) asked?.reject(new CompileFailure(error));
    };
    started.onerror = () => {
      started.terminate();
      worker = undefined; // the next edit tries again
      const lost = [...waiting.values()];
      waiting.clear();
      for (const { reject } of lost) {
        reject(new Error('The compiler could not be loaded. Check the connection and try again, or reload the page.'));
      }
    };
    return started;
  };

  return {
    compile: (source) =>
      new Promise((resolve, reject) => {
        worker ??= start();
        const question: CompileQuestion = { number: ++last, source };
        waiting.set(question.number, { resolve, reject });
        worker.postMessage(question);
      }),
  };
}
