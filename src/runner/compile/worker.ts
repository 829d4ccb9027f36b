/** The compile Worker: the project's compiler, in the browser. It transforms code and never runs it. */
import { compile } from '../../compiler/compile.ts';
import { CompileError } from '../../compiler/error.ts';
import type { ProgramSource } from '../../compiler/program.ts';
import type { ErrorReport } from '../../probe/entry.ts';
import type { CompileAnswer, CompileQuestion } from './messages.ts';

self.onmessage = ({ data: { number, source } }: MessageEvent<CompileQuestion>) => {
  const answer: CompileAnswer = { number, ...attempt(source) };
  self.postMessage(answer);
};

function attempt(source: ProgramSource): Pick<CompileAnswer, 'program' | 'error'> {
  try {
    return { program: compile(source) };
  } catch (error) {
    return { error: report(error) };
  }
}

function report(error: unknown): ErrorReport {
  if (error instanceof CompileError) {
    const { fence, line, column, problem, message } = error;
    const name = problem === 'syntax' ? 'SyntaxError' : 'CompileError';
    const at = { fence, line, column };
    return { name, message, at, frames: [at], fence };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { name: 'CompileError', message: `The compiler failed: ${message}`, frames: [] };
}
