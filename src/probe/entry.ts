/** One line of a console, made at the moment of the call, so that later changes to a value cannot show. */
export interface ConsoleEntry {
  /** The fence that was running. */
  readonly fence: string;
  /** `show` is the value of an `expression //=> …` line, `notice` is a remark by the runner itself. */
  readonly kind: 'log' | 'info' | 'debug' | 'warn' | 'error' | 'show' | 'notice';
  /** Exactly what Node prints for the call, without the closing line break. */
  readonly text: string;
  /** A fuller rendering, where `text` cuts deep or long values short. */
  readonly full?: string;
  /** The line of a `show` within its fence, from 1. */
  readonly line?: number;
}

/** A thrown value or rejection, reduced to data. */
export interface ErrorReport {
  readonly name: string;
  readonly message: string;
  /** The `code` of a library or assertion error. */
  readonly code?: string;
  /** Where it happened, as far as the reader's own code goes: a fence and a line and column in it, from 1. */
  readonly at?: { readonly fence: string; readonly line: number; readonly column?: number };
  /** The stack in the reader's own code, innermost first, already in terms of fences. */
  readonly frames: readonly {
    readonly fence: string;
    readonly line: number;
    readonly column: number;
    readonly name?: string;
  }[];
  /** Both sides of a failed assertion, rendered. */
  readonly actual?: string;
  readonly expected?: string;
  /** The fence that was running. It may differ from the place: a fence can call what an earlier one declared. */
  readonly fence?: string;
  /** What to do about it, in one sentence. */
  readonly hint?: string;
}

/** How one test of the small test runner (see `vitest.ts`) ended. */
export interface TestResult {
  /** The fence that the test was written in. */
  readonly fence: string;
  /** The names of the `describe` blocks around it and its own, joined by ` > `. */
  readonly name: string;
  /** The names of the `describe` blocks around it, outermost first. */
  readonly blocks: readonly string[];
  readonly status: 'pass' | 'fail' | 'skip';
  readonly error?: ErrorReport;
}
