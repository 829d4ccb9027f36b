/**
 * What a page of the workbook is, once its Markdown has been read: a list of fences, each of which knows its exact
 * place in the file. Everything that runs code (the doc tests, the site's build, the Run button) starts from here.
 */

/** How a fence is treated. `live` is the default for `ts`; the others must be asked for, with a reason. */
export type FenceMode = 'live' | 'static' | 'node';

/** The part that a fence plays in an exercise. Starter, checks and solution share one scope of their own. */
export type ExercisePart = 'starter' | 'checks' | 'solution';

/** What a page can let its reader choose from, to keep events in. */
export type StoreName = 'memory' | 'sqlite' | 'postgres';

/** One of the alternatives of a choice of store. */
export interface Alternative {
  readonly store: StoreName;
  /** The id of the choice's first alternative, which is the one that is chosen unless the reader chooses another. */
  readonly choice: string;
}

export interface Fence {
  /** Stable within the page: `f1`, `f2`, … in order of appearance of the `ts` fences. */
  readonly id: string;
  /** Path of the Markdown file as given to `extractPage`. */
  readonly path: string;
  /** The code between the fence's lines, without the fence's own indentation. */
  readonly code: string;
  /** The line of the Markdown file (from 1) that holds the first line of `code`. */
  readonly line: number;
  /** Columns that every line of `code` is indented by in the Markdown file. */
  readonly indent: number;
  /** The headings that the fence stands under, outermost first, without the page's title. */
  readonly headings: readonly string[];
  readonly mode: FenceMode;
  /** Why the fence is `static` or `node`; compulsory there, absent elsewhere. */
  readonly reason?: string;
  /**
   * The scope (from 0) that the fence's names live in. Fences of one scope are one module; a fence with `file` is a
   * module of its own, and its scope is the one whose fences import it. Exercises and test files have scopes of their own.
   */
  readonly scope: number;
  /** The named file that the fence is, as written (`dog.ts`); later fences import it as `./dog.ts`. */
  readonly file?: string;
  /** The choice that the fence takes part in: of several fences with one `file`, a program holds the chosen one alone. */
  readonly alternative?: Alternative;
  /** What its code stores is there again at its next run. */
  readonly keeps?: true;
  /** A file for the test runner: `file=` ends in `.test.ts`, or the fence carries `test`. */
  readonly test: boolean;
  /** The fence must throw (a test file: a test of it must fail). A string is the error's `code` or `name`, or, if it holds a space, part of its message. */
  readonly throws?: string | true;
  /** The fence must not compile, with exactly these TypeScript error codes; it is shown and never run. */
  readonly errors?: readonly number[];
  readonly exercise?: { readonly id: string; readonly part: ExercisePart };
  /** The `output` fence that follows: what the console must show. */
  readonly output?: { readonly text: string; readonly line: number };
}

/** Something wrong with the page itself, found before anything is compiled or run. */
export interface PageProblem {
  readonly line: number;
  readonly message: string;
}

/** A fence of shell commands, or of code in another language than `ts`: shown, never run. */
export interface ShownFence {
  /** The line of its opening. */
  readonly line: number;
  readonly lang: string;
  readonly reason?: string;
}

/** A fence that is neither run nor marked as one that is only shown: nothing is known of what it says. */
export interface UnknownFence {
  /** The line of its opening. */
  readonly line: number;
  readonly lang: string;
  /** The id of a `ts` fence whose attributes are not understood. */
  readonly fence?: string;
  /** What is not understood, and what to do about it. */
  readonly reason: string;
}

export interface Page {
  readonly path: string;
  readonly title: string;
  readonly fences: readonly Fence[];
  readonly shown: readonly ShownFence[];
  readonly unknown: readonly UnknownFence[];
  /** The stores that the reader can choose from, in order, the default first; none on a page without a choice. */
  readonly stores: readonly StoreName[];
  readonly problems: readonly PageProblem[];
}
