/**
 * A program is what one Run executes: the page's code up to and including one fence. It is assembled the same way for
 * the doc tests in Node and for the browser, so that what the reader runs is what was tested.
 */

/** A run of lines of a module that stems from one fence. */
export interface Segment {
  readonly fence: string;
  /** The line of the module's source (from 1) that holds the fence's first line. */
  readonly line: number;
  /** How many lines of the module belong to the fence. */
  readonly count: number;
}

export interface SourceModule {
  /** An absolute name within the program: `/program.ts`, `/dog.ts`. */
  readonly name: string;
  readonly source: string;
  readonly segments: readonly Segment[];
}

/** TypeScript modules in order of dependence, the entry last. */
export interface ProgramSource {
  /** The fence whose output the reader wants to see; earlier fences run before it. */
  readonly target: string;
  readonly modules: readonly SourceModule[];
}

export interface CompiledModule {
  readonly name: string;
  /** A JavaScript module. Its import specifiers are those listed in `imports`. */
  readonly code: string;
  /** Each is a module of the program (`/dog.ts`) or one that the runner brings (`eventsourcing`, `vitest`, …). */
  readonly imports: readonly string[];
  /** A source map (version 3, as JSON) from `code` to the module's TypeScript. */
  readonly map: string;
  readonly segments: readonly Segment[];
}

export interface CompiledProgram {
  readonly target: string;
  /** In order of dependence, the entry last. */
  readonly modules: readonly CompiledModule[];
}

/** The specifier under which compiled code imports its probe (see `src/probe`). */
export const PROBE = 'workbook:probe';
