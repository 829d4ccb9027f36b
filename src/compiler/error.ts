/** Why a program does not compile. */
export type CompileProblem = 'syntax' | 'import' | 'duplicate' | 'order' | 'export';

/** Something in a program that keeps it from running, found before it runs. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
  readonly problem: CompileProblem;
  /** The fence, and the line and column in it, from 1. */
  readonly fence: string;
  readonly line: number;
  readonly column: number;
  /** What else is wrong with the same module. */
  readonly others: readonly CompileError[];

  constructor(
    problem: CompileProblem,
    message: string,
    at: { fence: string; line: number; column: number },
    others: readonly CompileError[] = [],
  ) {
    super(message);
    this.others = others;
    this.problem = problem;
    this.fence = at.fence;
    this.line = at.line;
    this.column = at.column;
  }
}
