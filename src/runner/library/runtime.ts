import type { Kept } from '../runner.ts';

/** What the runner's own modules may ask of the Worker that they run in. */
export interface Runtime {
  /** A binary file, by its name: code for WebAssembly is compiled already. */
  binary(name: string): WebAssembly.Module | ArrayBuffer;
  /** Does what takes its time, while the reader is told what it is, and the run is not taken for an endless loop. */
  starting<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** Nothing, if what the run stores goes with it. */
  readonly keeping: Keeping | undefined;
}

/** What a run has of those before it, and hands on to those after it. */
export interface Keeping {
  readonly kept: Kept;
  /**
   * Is told that a transaction of a database is being committed.
   *
   * @param read is called when the transaction is done
   */
  committed(name: string, read: Read): void;
}

/** Gives the bytes of a database, as a copy that belongs to whoever asked for it. */
export type Read = () => Uint8Array<ArrayBuffer>;
