import type { Failure } from './station.ts';

/** Hands failures to whoever listens. Each listener gets all that are reported from the time on when it begins. */
export class FailureFeed implements AsyncIterable<Failure> {
  readonly #listeners = new Set<(failure: Failure | undefined) => void>();
  #isOver = false;

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  report(failure: Failure): void {
    for (const listener of this.#listeners) listener(failure);
  }

  end(): void {
    this.#isOver = true;
    for (const listener of this.#listeners) listener(undefined);
    this.#listeners.clear();
  }

  [Symbol.asyncIterator](): AsyncIterator<Failure, undefined> {
    const waiting: (Failure | undefined)[] = [];
    let wake: () => void = () => undefined;
    const listener = (failure: Failure | undefined) => {
      waiting.push(failure);
      wake();
    };
    if (this.#isOver) waiting.push(undefined);
    else this.#listeners.add(listener);
    const finish = () => {
      this.#listeners.delete(listener);
      waiting.splice(0, waiting.length, undefined);
      wake();
    };
    return {
      next: async () => {
        while (waiting.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const [value] = waiting;
        // The end stays, for whoever asks again.
        if (value === undefined) return { done: true, value };
        waiting.shift();
        return { done: false, value };
      },
      return: async () => {
        finish();
        return { done: true, value: undefined };
      },
    };
  }
}
