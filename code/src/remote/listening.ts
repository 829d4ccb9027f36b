/** The pauses before it's tried again, in milliseconds. */
const LEAST_PAUSE_MS = 500;
const MOST_PAUSE_MS = 30_000;

/** What a listener needs of the server. */
export interface ListeningSource {
  /** The name of the log, and its greatest id. */
  head(): Promise<{ readonly log: string; readonly lastId: number }>;
  /** A stream of what is stored after an id. */
  stream(lastId: number, signal: AbortSignal): Promise<Response>;
}

/**
 * Calls a function when there's something new in a log, for as long as it isn't ended. It's about the hint only: what the stream
 * says is not read, since followers read the log by themselves. A connection that was lost is made again.
 */
export class Listening {
  readonly #source: ListeningSource;
  readonly #onNews: (log: string) => void;
  readonly #ending = new AbortController();

  constructor(source: ListeningSource, onNews: (log: string) => void) {
    this.#source = source;
    this.#onNews = onNews;
    void this.#run();
  }

  end(): void {
    this.#ending.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    for (let pause = LEAST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, MOST_PAUSE_MS)) {
      try {
        if (await this.#listen(signal)) pause = LEAST_PAUSE_MS;
      } catch {
        // Whoever reads the log is told that it can't be read, and followers look at it now and then without a hint.
      }
      await sleep(pause, signal);
    }
  }

  /** @returns whether the server has told something. */
  async #listen(signal: AbortSignal): Promise<boolean> {
    const { log, lastId } = await this.#source.head();
    this.#onNews(log);
    const response = await this.#source.stream(lastId, signal);
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      return false;
    }
    const reader = response.body.getReader();
    const cancel = () => void reader.cancel().catch(() => undefined);
    signal.addEventListener('abort', cancel);
    try {
      for (let heard = false; ; heard = true) {
        if ((await reader.read()).done) return heard;
        this.#onNews(log);
      }
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
}
