import type { ConsoleEntry, ErrorReport, TestResult } from '../probe/entry.ts';
import type { RawFrame } from '../probe/stack.ts';
import { isRecord, readCount, readString } from './check.ts';
import { readEntry, readError, readRawFrames, readTest } from './events.ts';

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
  /** Sent to a spare Worker: modules that most programs need, to be made ready. */
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

export type FromWorker = RunMessage | { readonly type: 'pong' } | { readonly type: 'flood' };

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

/** Why the frame ended a run: no sign of life, too many messages, or the Worker could not go on. */
export type KillReason = 'loop' | 'flood' | 'crash';

export type FromFrame =
  | { readonly type: 'pong' }
  | { readonly type: 'killed'; readonly run: number; readonly reason: KillReason }
  | { readonly type: 'message'; readonly run: number; readonly message: RunMessage };

const MAX_WHAT = 100;
const REASONS: readonly KillReason[] = ['loop', 'flood', 'crash'];

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

/** How many characters a message of a run costs of its allowance. */
export function weigh(message: unknown): number {
  if (!isRecord(message)) return 0;
  const entry = isRecord(message.entry) ? message.entry : {};
  const text = readString(entry.text, Number.POSITIVE_INFINITY)?.length ?? 0;
  return text + (readString(entry.full, Number.POSITIVE_INFINITY)?.length ?? 0);
}
