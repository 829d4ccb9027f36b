import { ArgumentError } from '../index.ts';
import { checkedDuration, DEFAULT_MS } from '../sql/durations.ts';

/** How much a commit waits for the disk, from nothing to everything. */
export const SYNCHRONOUS = ['off', 'normal', 'full', 'extra'] as const;

export interface SqliteOptions {
  /**
   * When a save counts as durable. `full` (unless given): once the disk has it; it then outlives a power failure.
   * `normal`: much faster; outlives a crash of the process, but the last saves may be lost with the power. Never is a
   * save half there, save with `off`.
   */
  readonly synchronous?: (typeof SYNCHRONOUS)[number] | undefined;
  /**
   * How many milliseconds a save waits for another process that writes to the same file; 5000 unless given. With 0 it does
   * not wait.
   */
  readonly busyTimeout?: number | undefined;
  /**
   * Whether the file is opened for reading only. It then has to exist, with its tables. It can be on a disk, or in a folder,
   * that takes no writes, if it was closed there by those who wrote it.
   */
  readonly readOnly?: boolean | undefined;
}

/** The options, with what holds unless they are given. */
export interface CheckedOptions {
  readonly synchronous: string;
  readonly busyTimeout: number;
  readonly readOnly: boolean;
}

/** @throws {ArgumentError} if the file or an option cannot be right. */
export function checkedOptions(file: string, options: SqliteOptions): CheckedOptions {
  const { synchronous = 'full', readOnly = false } = options;
  if (file === '') throw new ArgumentError('A store on SQLite needs the path of a file, or :memory:.');
  if (!SYNCHRONOUS.includes(synchronous)) {
    throw new ArgumentError(`The option synchronous must be one of ${SYNCHRONOUS.join(', ')}, not ${synchronous}.`);
  }
  const busyTimeout = checkedDuration('busyTimeout', options.busyTimeout ?? DEFAULT_MS.busyTimeout);
  return { synchronous, busyTimeout, readOnly };
}
