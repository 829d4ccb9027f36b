import { StoreError, type StoreErrorCode } from '../index.ts';
import type { SqliteDriver, SqliteStatement } from './driver.ts';

/** SQLite's primary result codes: the low byte of the extended ones. */
const CODES: ReadonlyMap<number, readonly [StoreErrorCode, string]> = new Map([
  [5, ['ES_STORE_BUSY', 'another connection is writing to it, and did not finish within busyTimeout; try again']],
  [6, ['ES_STORE_BUSY', 'another connection is writing to it']],
  [
    8,
    [
      'ES_STORE_READ_ONLY',
      'it takes no writes, because of the option readOnly, or of the rights on the file or its folder',
    ],
  ],
  [13, ['ES_STORE_FULL', 'there is no room for more, on the disk or within its limit of pages']],
  [14, ['ES_STORE_UNAVAILABLE', 'its file cannot be opened; its folder has to exist and to be accessible']],
]);
const CONSTRAINT = 19;
/** Among others, that there is no such table. */
const ERROR = 1;

/** The low byte of an extended result code. */
export function primaryCode(extended: number): number {
  return extended & 0xff;
}

/** What SQLite said, in the terms of this library. Errors of anything else stay what they are. */
export function translated(name: string, code: number | undefined, cause: unknown): unknown {
  if (code === undefined) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  const [storeCode, reason] = CODES.get(primaryCode(code)) ?? ['ES_STORE_FAILED', 'SQLite refused'];
  return new StoreError(storeCode, `The SQLite database ${name} failed: ${reason} (${detail}).`, { cause });
}

/** A driver with transactions, and with errors of this library. */
export class Connection {
  readonly #driver: SqliteDriver;
  readonly #begin: SqliteStatement;
  readonly #commit: SqliteStatement;
  readonly #rollback: SqliteStatement;
  /** Each knows a better error than SQLite's own, if it is about tables that are gone. */
  readonly #explanations: ((cause: unknown) => StoreError | undefined)[] = [];
  #isOpen = true;

  constructor(driver: SqliteDriver) {
    this.#driver = driver;
    // Immediate: two writers wait for each other at the start, where nothing has been read that could become stale.
    this.#begin = driver.prepare('BEGIN IMMEDIATE');
    this.#commit = driver.prepare('COMMIT');
    this.#rollback = driver.prepare('ROLLBACK');
  }

  get name(): string {
    return this.#driver.name;
  }

  prepare(sql: string): SqliteStatement {
    return this.run(() => this.#driver.prepare(sql));
  }

  exec(sql: string): void {
    this.run(() => this.#driver.exec(sql));
  }

  /** Runs what uses the database. */
  run<T>(work: () => T): T {
    if (!this.#isOpen) {
      throw new StoreError('ES_STORE_CLOSED', `The store on the SQLite database ${this.name} has been closed.`);
    }
    try {
      return work();
    } catch (error) {
      const code = this.#driver.resultCode(error);
      throw (
        (code !== undefined && primaryCode(code) === ERROR && this.#explained(error)) ||
        translated(this.name, code, error)
      );
    }
  }

  /** Is asked what is wrong, whenever SQLite says no more than that something is. */
  explain(explanation: (cause: unknown) => StoreError | undefined): void {
    this.#explanations.push(explanation);
  }

  #explained(cause: unknown): StoreError | undefined {
    for (const explanation of this.#explanations) {
      const error = explanation(cause);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  /** Runs what writes to the database: all of it counts, or, if it throws, nothing. */
  transaction<T>(work: () => T): T {
    return this.run(() => {
      this.#begin.run();
      try {
        const result = work();
        this.#commit.run();
        return result;
      } catch (error) {
        // SQLite ends the transaction by itself when the disk is full, among others.
        if (this.#driver.isInTransaction()) this.#rollback.run();
        throw error;
      }
    });
  }

  /** Whether the error says that a row must not be stored, for example since it is there already. */
  isConstraint(error: unknown): boolean {
    const cause = error instanceof StoreError ? error.cause : error;
    const code = this.#driver.resultCode(cause);
    return code !== undefined && primaryCode(code) === CONSTRAINT;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#driver.close();
  }
}
