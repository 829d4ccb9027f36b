import type { StoreName } from '../extract/page.ts';
import type { Printed } from '../extract/recording.ts';

/** What is wrong with a fence or a page. */
export type FailureKind =
  | 'page' // the Markdown itself: attributes, JSON, exercises
  | 'compile'
  | 'type'
  | 'threw'
  | 'not thrown'
  | 'value'
  | 'output'
  | 'test'
  | 'exercise'
  | 'pending'
  | 'rejection'
  | 'hung'
  | 'recording'
  | 'ceiling'
  | 'choice'; // what is printed depends on the store

export interface Failure {
  readonly kind: FailureKind;
  /** The line of the Markdown file, from 1. */
  readonly line: number;
  readonly column?: number;
  readonly message: string;
  /** The store that it is wrong with, if it is right with another one that the page offers. */
  readonly store?: StoreName;
  readonly expected?: string;
  readonly found?: string;
}

/** What came of one fence. */
export interface FenceResult {
  readonly fence: string;
  /** The store that it ran on, where the page offers a choice and the fence's program holds what was chosen. */
  readonly store?: StoreName;
  /**
   * `done` and `error` have run; `uncompiled` was refused by the compiler or the type checker, `unknown` says what nobody
   * understands, and `skipped` did not get its turn.
   */
  readonly status: 'done' | 'error' | 'uncompiled' | 'unknown' | 'skipped';
  /** Why it was skipped. */
  readonly reason?: string;
  /** All that it printed, as it is recorded. */
  readonly text: string;
  /** What came of it when it was run again with the rows that it had stored, if it keeps them. */
  readonly again?: Printed;
  /** The values of its `//=>` lines, by the line in the fence. */
  readonly shown: readonly { readonly line: number; readonly text: string }[];
  /** What its console printed, without the `//=>` values. */
  readonly console: string;
  readonly failures: readonly Failure[];
}

/** Whether the fence was executed, with whatever outcome. */
export function hasRun({ status }: Pick<FenceResult, 'status'>): boolean {
  return status === 'done' || status === 'error';
}
