/** The right to do something that one process at a time should do. */
export interface Lease {
  /** Is aborted when the right is gone, for example since the connection was lost. Somebody else may have it then. */
  readonly lost: AbortSignal;
  /** Gives the right back, so that somebody else can have it at once. */
  release(): Promise<void>;
}

/**
 * How processes that share a store get out of each other's way. All of it saves work, and nothing depends on it: that each
 * event has one effect is up to positions, also where two processes both take themselves for the one that follows.
 */
export interface Coordinator {
  /** Takes a lease, unless somebody has it: then there's none to be had for now. */
  tryLease(name: string): Promise<Lease | undefined>;
  /** Tells all who listen that there is something new in a log. It may get lost. */
  hint(log: string): void;
  /**
   * Calls a function when somebody hints at a log, and without a log when hints may have been missed. Returns a function that
   * ends it.
   */
  listen(listener: (log?: string) => void): () => void;
  /** Gives everything back. */
  close(): Promise<void>;
}
