import type { Station } from './station.ts';

/** For how long followers may keep others from their turn, in milliseconds. */
const TURN_MS = 10;

/** Has stations do their steps, one after the other and in their order, for as long as there is something to do. */
export class Worker {
  readonly #stations: readonly Station[];
  #running: Promise<void> | undefined;
  #isStopped = false;
  /** How many rounds it has done. It grows while it's at work. */
  rounds = 0;

  constructor(stations: readonly Station[]) {
    this.#stations = stations;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Begins, unless it's at work already. Resolves when there's nothing more to do. */
  wake(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Resolves when it's not at work. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Does no further step. Resolves when the one that it's at has come to its end. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // Whoever saves is to go on first, and so are those who save in the same turn.
    await Promise.resolve();
    let turnEnd = Date.now() + TURN_MS;
    while (!this.#isStopped && this.#stations.some(({ isPrompted }) => isPrompted)) {
      for (const station of this.#stations) if (!this.#isStopped) await station.step();
      this.rounds++;
      if (Date.now() < turnEnd) continue;
      await new Promise((resolve) => setTimeout(resolve));
      turnEnd = Date.now() + TURN_MS;
    }
    // Nothing is awaited since it was found that there is nothing to do, so no prompt is missed.
    this.#running = undefined;
  }
}
