/** Work of which only one piece goes on at a time, each under a signal of its own. */
export interface OneAtATime {
  /** Ends what is going on, and returns the signal of what starts now. */
  start(): AbortSignal;
  /** Ends what is going on. */
  stop(): void;
}

export function oneAtATime(): OneAtATime {
  let current = new AbortController();
  return {
    start() {
      current.abort();
      current = new AbortController();
      return current.signal;
    },
    stop: () => current.abort(),
  };
}
