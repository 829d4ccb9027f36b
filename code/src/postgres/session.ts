import { StoreError, type StoreErrorCode } from '../index.ts';
import type { PostgresDriver } from './driver.ts';

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

/** By the beginning of the SQLSTATE. */
const REASONS: readonly (readonly [RegExp, StoreErrorCode, string])[] = [
  [/^(08|57P0|53300)/, 'ES_STORE_UNAVAILABLE', 'it cannot be reached'],
  [/^(40001|40P01|55P03)/, 'ES_STORE_BUSY', 'others were using it'],
  [/^(57014|25P0[34])/, 'ES_STORE_BUSY', 'it took longer than a time-out allows'],
  [/^42501/, 'ES_STORE_FAILED', 'its role has no right to that'],
  [/^53100/, 'ES_STORE_FULL', 'its disk is full'],
  [/^25006/, 'ES_STORE_READ_ONLY', 'it is read-only'],
  [/^(42P01|42883|3F000)/, 'ES_STORE_SCHEMA', 'its tables or functions are missing'],
];

/** No connection, or one that was lost; a server that is starting or ending; two transactions in each other's way. */
const PASSES = /^(08|57P0|53300|40001|40P01)/;

/** The statement had been sent, and its outcome is not known. */
const UNCERTAIN = /^(08(?!00[13])|57P0[12])/;

/** A driver that tries again what a lost connection has interrupted, and that throws errors of this library. */
export class Session {
  readonly driver: PostgresDriver;
  readonly #retryTimeout: number;
  /** Those who pause before they try again: each ends its pause. */
  readonly #pausing = new Set<() => void>();
  #isOpen = true;

  constructor(driver: PostgresDriver, retryTimeout: number) {
    this.driver = driver;
    this.#retryTimeout = retryTimeout;
  }

  /**
   * Runs what uses the database, again if the connection was lost.
   *
   * @param work is told whether an earlier attempt may have succeeded, without its answer having arrived.
   */
  async run<T>(work: (isUncertain: boolean) => Promise<T>): Promise<T> {
    const deadline = Date.now() + this.#retryTimeout;
    let isUncertain = false;
    let lastError: unknown;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      if (!this.#isOpen) throw this.#closed(isUncertain, lastError);
      try {
        return await work(isUncertain);
      } catch (error) {
        const state = this.driver.sqlState(error);
        if (state === undefined) throw error;
        isUncertain ||= UNCERTAIN.test(state);
        lastError = error;
        const isTriedAgain = PASSES.test(state) && (!this.#isOpen || Date.now() + pause <= deadline);
        if (!isTriedAgain) throw this.#translated(state, isUncertain, error);
      }
      if (this.#isOpen) await this.#pause(pause);
    }
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const end of this.#pausing) end();
    await this.driver.close();
  }

  async #pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#pausing.delete(end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#pausing.add(end);
    });
  }

  #closed(isUncertain: boolean, cause: unknown): StoreError {
    const message = `The store on ${this.driver.name} has been closed.${doubt(isUncertain)}`;
    return new StoreError('ES_STORE_CLOSED', message, cause === undefined ? {} : { cause });
  }

  #translated(state: string, isUncertain: boolean, cause: unknown): StoreError {
    const detail = cause instanceof Error ? cause.message : String(cause);
    const [, code, reason] = REASONS.find(([states]) => states.test(state)) ?? ['', 'ES_STORE_FAILED', 'it refused'];
    const message = `${this.driver.name} failed: ${reason} (${state}: ${detail}).${doubt(isUncertain)}`;
    return new StoreError(code, message, { cause });
  }
}

function doubt(isUncertain: boolean): string {
  return isUncertain ? ' What was being stored, if anything, may have been stored or not.' : '';
}
