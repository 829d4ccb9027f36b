/** The compile Worker: the project's compiler, in the browser. It transforms code and never runs it. */
import { compile } from '../../compiler/compile.ts';
import { CompileError } from '../../compiler/error.ts';
import type { CompiledProgram, ProgramSource } from '../../compiler/program.ts';
import type { ErrorReport } from '../../probe/entry.ts';

/** What the compile Worker answers to a source. It and the relay run trusted code. */
export type CompileAnswer =
  /** Said once, when the compiler has been loaded. */
  | { readonly ready: true }
  | { readonly program: CompiledProgram }
  | { readonly program?: never; readonly error: ErrorReport };

self.onmessage = ({ data }: MessageEvent<ProgramSource>) => answer(attempt(data));
answer({ ready: true });

function answer(message: CompileAnswer): void {
  self.postMessage(message);
}

function attempt(source: ProgramSource): CompileAnswer {
  try {
    return { program: compile(source) };
  } catch (error) {
    return { error: report(error) };
  }
}

/** The compiler calls itself for each level of brackets, and the browser bounds how often. */
const TOO_DEEP = 'The code is nested too deeply for the compiler. Look for very many brackets within each other.';

function report(error: unknown): ErrorReport {
  if (error instanceof CompileError) {
    const { fence, line, column, problem, message } = error;
    const name = problem === 'syntax' ? 'SyntaxError' : 'CompileError';
    const at = { fence, line, column };
    return { name, message, at, frames: [at], fence };
  }
  if (error instanceof RangeError) return { name: 'CompileError', message: TOO_DEEP, frames: [] };
  const message = error instanceof Error ? error.message : String(error);
  return { name: 'CompileError', message: `The compiler failed: ${message}`, frames: [] };
}
