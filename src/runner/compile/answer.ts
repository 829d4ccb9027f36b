import type { CompiledProgram } from '../../compiler/program.ts';
import type { ErrorReport } from '../../probe/entry.ts';

/** What the compile Worker answers to a source. It and the relay run trusted code. */
export type CompileAnswer =
  /** Said once, when the compiler has been loaded. */
  | { readonly ready: true }
  | { readonly program: CompiledProgram }
  | { readonly program?: never; readonly error: ErrorReport };
