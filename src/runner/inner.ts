import type { ConsoleEntry, ErrorReport, TestResult } from '../probe/entry.ts';
import type { RawFrame } from '../probe/stack.ts';
import { isRecord, readCount, readString } from './check.ts';
import { readEntry, readError, readRawFrames, readTest } from './events.ts';
import type { Excess } from './meter.ts';

/** The messages between the relay, its sandboxed frame, and the frame's Worker. All of them are our own. */

/** A module as it is executed: positions, sources and maps stay with the relay. */
export interface RunnableModule {
  readonly name: string;
  readonly code: string;
}

/** The modules that the runner brings, by specifier. */
export type Library = Readonly<Record<string, string>>;

/** Files that are not code, by name. */
export type Binaries = Readonly<Record<string, ArrayBuffer>>;

/** What the runner brings for a program. */
export interface Supplies {
  readonly library: Library;
  readonly binaries: Binaries;
}

/** Binaries as a Worker gets them: what is code for WebAssembly has been compiled. */
export type Prepared = Readonly<Record<string, ArrayBuffer | WebAssembly.Module>>;

export type ToWorker =
  /** Sent to a spare Worker, with the port for its answers: modules that most programs need, to be made ready. */
  | { readonly type: 'load'; readonly library: Library }
  | {
      readonly type: 'run';
      readonly modules: readonly RunnableModule[];
      readonly library: Library;
      readonly binaries: Prepared;
      readonly target: string;
    }
  | { readonly type: 'ping' };

/** What a run says. `frames` are places in compiled modules, for the relay to translate. */
export type RunMessage =
  | { readonly type: 'console'; readonly entry: ConsoleEntry }
  | { readonly type: 'error'; readonly error: ErrorReport; readonly frames: readonly RawFrame[] }
  | { readonly type: 'test'; readonly result: TestResult; readonly frames: readonly RawFrame[] }
  /** Something of the runner's own is started for the program, and may take its time. */
  | { readonly type: 'starting'; readonly what: string }
  /** It has been started, or there is nothing to start: from here on it is the program that runs. */
  | { readonly type: 'running' }
  /** The run has ended by itself; `failed` when an error or a failed test was reported. */
  | { readonly type: 'settled'; readonly failed: boolean };

/** What a Worker says over its port, as text (see `wire.ts`). */
export type FromWorker =
  | RunMessage
  | { readonly type: 'pong' }
  /** The code asked for its own end, and the Worker awaits it. */
  | { readonly type: 'closed' }
  /** The run has said too much, and says no more. */
  | { readonly type: 'excess'; readonly excess: Excess };

export type ToFrame =
  | { readonly type: 'assets'; readonly worker: string; readonly library: Library }
  | {
      readonly type: 'run';
      readonly run: number;
      readonly modules: readonly RunnableModule[];
      readonly library: Library;
      /** The names of binaries that have been sent. */
      readonly binaries: readonly string[];
      readonly target: string;
    }
  /** Sent once to each frame, before the first run that needs it. */
  | { readonly type: 'binary'; readonly name: string; readonly bytes: ArrayBuffer }
  | { readonly type: 'stop' }
  | { readonly type: 'ping' };

/**
 * Why the frame ended a run: no sign of life, too many lines, reports or messages of the code's own, the code's own wish,
 * a Worker that could not go on, or one that could not be given what the program needs.
 */
export type KillReason = 'loop' | Excess | 'closed' | 'crash' | 'unprepared';

export type FromFrame =
  | { readonly type: 'pong' }
  | { readonly type: 'killed'; readonly run: number; readonly reason: KillReason }
  | { readonly type: 'message'; readonly run: number; readonly message: RunMessage };

const MAX_WHAT = 100;
const EXCESSES: readonly Excess[] = ['flood', 'reports', 'own-messages'];
const REASONS: readonly KillReason[] = ['loop', ...EXCESSES, 'closed', 'crash', 'unprepared'];

export function readRunMessage(value: unknown): RunMessage | undefined {
  if (!isRecord(value)) return undefined;
  switch (value.type) {
    case 'console': {
      const entry = readEntry(value.entry);
      return entry && { type: 'console', entry };
    }
    case 'error': {
      const error = readError(value.error);
      return error && { type: 'error', error, frames: readRawFrames(value.frames) };
    }
    case 'test': {
      const result = readTest(value.result);
      return result && { type: 'test', result, frames: readRawFrames(value.frames) };
    }
    case 'starting': {
      const what = readString(value.what, MAX_WHAT);
      return what === undefined ? undefined : { type: 'starting', what };
    }
    case 'running':
      return { type: 'running' };
    case 'settled':
      return { type: 'settled', failed: value.failed === true };
    default:
      return undefined;
  }
}

export function readFromWorker(value: unknown): FromWorker | undefined {
  if (!isRecord(value)) return undefined;
  if (value.type === 'pong' || value.type === 'closed') return { type: value.type };
  if (value.type !== 'excess') return readRunMessage(value);
  const excess = EXCESSES.find((each) => each === value.excess);
  return excess && { type: 'excess', excess };
}

export function readFromFrame(value: unknown): FromFrame | undefined {
  if (!isRecord(value)) return undefined;
  if (value.type === 'pong') return { type: 'pong' };
  const run = readCount(value.run);
  if (run === undefined) return undefined;
  if (value.type === 'killed') {
    const reason = REASONS.find((each) => each === value.reason);
    return reason && { type: 'killed', run, reason };
  }
  if (value.type !== 'message') return undefined;
  const message = readRunMessage(value.message);
  return message && { type: 'message', run, message };
}
