/** What the runner's own modules may ask of the Worker that they run in. */
export interface Runtime {
  /** A binary file, by its name: code for WebAssembly is compiled already. */
  binary(name: string): WebAssembly.Module | ArrayBuffer;
  /** Does what takes its time, while the reader is told what it is, and the run is not taken for an endless loop. */
  starting<T>(what: string, work: () => Promise<T>): Promise<T>;
}
