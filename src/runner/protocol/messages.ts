/**
 * All messages between the page, the relay, its sandboxed frame, and the frame's Worker. `read.ts` reads those that come
 * from where a site's or a reader's code could have a hand in them.
 */
import type { RawFrame } from '../../probe/stack.ts';
import type { Kept, RunEvent, RunRequest, RunStatus } from '../runner.ts';

/** What a run says, on its way from the Worker to the page. */
export type RunMessage =
  /** `frames` are places in compiled modules, for the relay to translate. */
  | (RunEvent & { readonly frames?: readonly RawFrame[] })
  /** Nothing more will come. */
  | { readonly type: 'ended'; readonly status: RunStatus };

/** Runs are numbered by whoever asks for them, so that an answer tells which run it is about. */
export type ToRelay =
  | { readonly type: 'run'; readonly run: number; readonly request: RunRequest }
  | { readonly type: 'stop'; readonly run: number };

export type FromRelay =
  /** Said once, when the relay listens. */
  { readonly type: 'ready' } | { readonly type: 'message'; readonly run: number; readonly message: RunMessage };

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
  /** What the page has kept for it. */
  readonly kept?: Kept;
}

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
      readonly kept?: Kept;
    }
  /** Sent once to each frame, before the first run that needs it. */
  | { readonly type: 'binary'; readonly name: string; readonly bytes: ArrayBuffer }
  | { readonly type: 'stop' }
  | { readonly type: 'ping' };

/** Which limit a run has passed: of what it prints, of what it reports, of what it has kept, or of what it posts itself. */
export type Excess = 'flood' | 'reports' | 'kept' | 'own-messages';

/**
 * Why the frame ended a run: no sign of life, too many lines, reports or messages of the code's own, the code's own wish,
 * a Worker that could not go on, or one that could not be given what the program needs.
 */
export type KillReason = 'loop' | Excess | 'closed' | 'crash' | 'unprepared';

export type FromFrame =
  | { readonly type: 'pong' }
  | { readonly type: 'killed'; readonly run: number; readonly reason: KillReason }
  | { readonly type: 'message'; readonly run: number; readonly message: RunMessage };

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
      readonly kept?: Kept;
    }
  | { readonly type: 'ping' };

/** What a Worker says over its port, as text (see `wire.ts`); bytes to be kept are sent as they are. */
export type FromWorker =
  | RunMessage
  | { readonly type: 'pong' }
  /** The code asked for its own end, and the Worker awaits it. */
  | { readonly type: 'closed' }
  /** The run has said too much, and says no more. */
  | { readonly type: 'excess'; readonly excess: Excess };
