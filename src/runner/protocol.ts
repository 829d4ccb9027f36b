/**
 * What the page and the relay say to each other: the part of Sandpack's protocol that is spoken here, so that Sandpack's
 * own client works too, and fields of our own (`x-…`), which that client passes over.
 */
import type { CompiledProgram, ProgramSource } from '../compiler/program.ts';
import type { ConsoleEntry, ErrorReport, TestResult } from '../probe/entry.ts';
import { isRecord, readCount } from './check.ts';
import { readEntry, readError, readProgress, readTest } from './events.ts';
import type { RunProgress } from './runner.ts';

export type RunEnd = 'done' | 'stopped' | 'error';

/** A file of a stock Sandpack client's `compile`. */
export interface SandpackFile {
  readonly path: string;
  readonly code: string;
}

export type ToRelay =
  | { readonly type: 'register-frame'; readonly id: number | string }
  | {
      readonly type: 'compile';
      /** What the page's own runner asks for; a stock client sends files instead. */
      readonly request:
        | { readonly kind: 'program'; readonly run: number; readonly program: CompiledProgram }
        | { readonly kind: 'source'; readonly run: number; readonly source: ProgramSource }
        | { readonly kind: 'files'; readonly files: readonly SandpackFile[]; readonly evaluate: boolean }
        /** What was asked for cannot be run, and the client is told why. */
        | { readonly kind: 'refused'; readonly run: number; readonly reason: string };
    }
  | { readonly type: 'run-all-tests' }
  | { readonly type: 'run-tests'; readonly path: string }
  | { readonly type: 'x-stop'; readonly run: number };

/** A place in a file with the lines around it, as Sandpack's error overlay wants it. */
export interface SandpackFrame {
  readonly _originalFileName: string;
  readonly _originalLineNumber: number;
  readonly _originalColumnNumber: number;
  readonly _originalFunctionName?: string;
  readonly _originalScriptCode: readonly {
    readonly lineNumber: number;
    readonly content: string;
    readonly highlight: boolean;
  }[];
}

export interface SandpackTestError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly matcherResult: boolean;
  readonly mappedErrors: readonly (SandpackFrame & { readonly fileName: string })[];
}

export type SandpackTestMessage =
  | { readonly event: 'initialize_tests' | 'total_test_start' | 'total_test_end' | 'describe_end' }
  | { readonly event: 'test_count'; readonly count: number }
  | { readonly event: 'add_file'; readonly path: string }
  | { readonly event: 'file_error'; readonly path: string; readonly error: SandpackTestError }
  | { readonly event: 'describe_start'; readonly blockName: string }
  | { readonly event: 'add_test'; readonly testName: string; readonly path: string }
  | {
      readonly event: 'test_start';
      readonly test: { readonly name: string; readonly path: string; readonly blocks: readonly string[] };
    }
  | {
      readonly event: 'test_end';
      readonly test: {
        readonly name: string;
        readonly path: string;
        readonly blocks: readonly string[];
        readonly status: 'pass' | 'fail';
        readonly duration: number;
        readonly errors: readonly SandpackTestError[];
      };
    };

export type SandpackStatus = 'transpiling' | 'evaluating' | 'done';

export type FromRelay =
  | { readonly type: 'initialized' }
  | { readonly type: 'start'; readonly firstLoad: boolean }
  | { readonly type: 'status'; readonly status: SandpackStatus }
  | {
      readonly type: 'state';
      readonly state: { readonly entry: string; readonly transpiledModules: Record<string, never> };
    }
  /** Misspelt on the wire. `false` also wipes the error that the client shows. */
  | { readonly type: 'done'; readonly compilatonError: boolean }
  | { readonly type: 'success' }
  | {
      readonly type: 'action';
      readonly action: 'show-error';
      readonly title: string;
      readonly path: string;
      readonly message: string;
      readonly line: number;
      readonly column: number;
      readonly payload: { readonly frames: readonly SandpackFrame[] };
      readonly 'x-run': number;
      readonly 'x-error': ErrorReport;
    }
  | { readonly type: 'action'; readonly action: 'clear-errors'; readonly source: 'jest'; readonly path: string }
  | {
      readonly type: 'console';
      readonly log: readonly [{ readonly method: string; readonly id: string; readonly data: readonly [string] }];
      readonly 'x-run': number;
      readonly 'x-entry': ConsoleEntry;
    }
  | ({ readonly type: 'test' } & SandpackTestMessage)
  | { readonly type: 'x-test'; readonly 'x-run': number; readonly 'x-result': TestResult }
  | { readonly type: 'x-progress'; readonly 'x-run': number; readonly 'x-progress': RunProgress }
  | { readonly type: 'x-end'; readonly 'x-run': number; readonly 'x-status': RunEnd };

/** What the page's runner makes of the relay's messages; those for stock clients only mean nothing to it. */
export type RelayNews =
  | { readonly type: 'initialized' }
  | { readonly type: 'console'; readonly run: number; readonly entry: ConsoleEntry }
  | { readonly type: 'error'; readonly run: number; readonly error: ErrorReport }
  | { readonly type: 'test'; readonly run: number; readonly result: TestResult }
  | { readonly type: 'progress'; readonly run: number; readonly progress: RunProgress }
  | { readonly type: 'end'; readonly run: number; readonly status: RunEnd };

const ENDS: readonly RunEnd[] = ['done', 'stopped', 'error'];

/** Reads a message of the relay that is for the client with this id; `initialized` is for everybody. */
export function readFromRelay(value: unknown, id: string): RelayNews | undefined {
  if (!isRecord(value) || value.codesandbox !== true) return undefined;
  if (value.type === 'initialized') return { type: 'initialized' };
  const run = readCount(value['x-run']);
  if (value.$id !== id || run === undefined) return undefined;
  const entry = value.type === 'console' ? readEntry(value['x-entry']) : undefined;
  if (entry) return { type: 'console', run, entry };
  const error = value.type === 'action' ? readError(value['x-error']) : undefined;
  if (error) return { type: 'error', run, error };
  const result = value.type === 'x-test' ? readTest(value['x-result']) : undefined;
  if (result) return { type: 'test', run, result };
  const progress = value.type === 'x-progress' ? readProgress(value['x-progress']) : undefined;
  if (progress) return { type: 'progress', run, progress };
  const status = value.type === 'x-end' ? ENDS.find((each) => each === value['x-status']) : undefined;
  return status && { type: 'end', run, status };
}
