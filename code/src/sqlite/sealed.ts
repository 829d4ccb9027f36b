import { type BigIntStats, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { StoreError } from '../index.ts';

/** A file that is read as one that nobody changes. */
export interface Sealed {
  /** What SQLite opens such a file by. */
  readonly uri: string;
  /** @throws {StoreError} if somebody has changed it. */
  check(): void;
}

/**
 * Whether a file can be read as one that nobody changes: it is there, and nothing of it is in another file.
 *
 * @param cause why the file cannot be read otherwise.
 * @returns nothing if it is not there.
 * @throws {StoreError} if its last saves are in its write-ahead log, which would be missing.
 */
export function sealed(file: string, cause: unknown): Sealed | undefined {
  const then = stateOf(file);
  if (then === undefined) return undefined;
  const log = `${file}-wal`;
  if (sizeOf(log) > 0n) {
    throw new StoreError(
      'ES_STORE_UNAVAILABLE',
      `The SQLite database ${file} cannot be read: its last saves are in ${log}, and to read that, SQLite has to write into ` +
        'its folder. Close it where it was written, and copy it then; or copy all its files to a folder that takes writes.',
      { cause },
    );
  }
  return {
    uri: `${pathToFileURL(file).href}?immutable=1`,
    check() {
      const now = stateOf(file);
      const isSame =
        now !== undefined && now.ino === then.ino && now.size === then.size && now.mtimeNs === then.mtimeNs;
      if (isSame && sizeOf(log) === 0n) return;
      throw new StoreError(
        'ES_STORE_UNAVAILABLE',
        `The SQLite database ${file} was opened as a file that nobody changes, since its folder takes no writes, and it has ` +
          'been changed since. Close the store, and open it again.',
      );
    },
  };
}

function stateOf(file: string): BigIntStats | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false });
}

function sizeOf(file: string): bigint {
  return stateOf(file)?.size ?? 0n;
}
