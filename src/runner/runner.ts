import type { CompiledProgram, ProgramSource } from '../compiler/program.ts';
import type { ConsoleEntry, ErrorReport, TestResult } from '../probe/entry.ts';

/**
 * What the page sees of running code. Behind it: a page of the runner's own (the relay), a sandboxed frame, and a fresh
 * Worker per run.
 */
export interface Runner {
  /** Prepares the frame and a spare Worker, so that the next run starts at once. Harmless to repeat. */
  warm(): void;
  /**
   * Starts a run and ends the one before it, if one is still going. Resolves when nothing more will be heard of the run,
   * and never rejects. The signal stops the run at once, whatever it is doing.
   */
  run(request: RunRequest, listen: (event: RunEvent) => void, signal: AbortSignal): Promise<RunStatus>;
}

/** A compiled program needs no compiler; a source is compiled in the browser first. */
export type RunRequest = ({ readonly program: CompiledProgram } | { readonly source: ProgramSource }) & {
  /** What the run finds of those before it. Only a run that is given this, be it nothing, keeps what it stores. */
  readonly kept?: Kept;
};

/** An SQLite database, by the name that the program gives it. */
export interface KeptDatabase {
  readonly name: string;
  readonly bytes: ArrayBuffer;
}

/** All that a snippet keeps from run to run, each database under a name of its own. */
export type Kept = readonly KeptDatabase[];

export type RunEvent =
  | { readonly type: 'console'; readonly entry: ConsoleEntry }
  | { readonly type: 'error'; readonly error: ErrorReport }
  /** A test of a page's test runner has ended: what the checks of an exercise come to. */
  | { readonly type: 'test'; readonly result: TestResult }
  | { readonly type: 'progress'; readonly progress: RunProgress }
  /** A database as it was after its last transaction, to be kept for the next run. It comes before what is said of it. */
  | { readonly type: 'kept'; readonly database: KeptDatabase };

/** What a run is waiting for. */
export type RunProgress =
  /** Files that are not small; in bytes. */
  | { readonly stage: 'loading'; readonly what: string; readonly loaded: number; readonly total: number }
  | { readonly stage: 'starting'; readonly what: string }
  /** Nothing any more: the program itself runs. */
  | { readonly stage: 'running' };

export type RunStatus = 'done' | 'stopped' | 'error';

/** How much of what has to be loaded has come. */
export type Loading = Omit<Extract<RunProgress, { stage: 'loading' }>, 'stage'>;
