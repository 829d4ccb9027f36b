import type { CompiledProgram, ProgramSource } from '../../compiler/program.ts';
import type { ErrorReport } from '../../probe/entry.ts';

/** What the relay asks its compile Worker, and what it answers. Both run trusted code. */
export interface CompileQuestion {
  readonly number: number;
  readonly source: ProgramSource;
}

export type CompileAnswer =
  /** Said once, when the compiler has been loaded. */
  | { readonly ready: true }
  | { readonly number: number; readonly program: CompiledProgram }
  | { readonly number: number; readonly program?: never; readonly error: ErrorReport };
