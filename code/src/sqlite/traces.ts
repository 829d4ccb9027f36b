import { StoreError } from '../index.ts';
import { toInteger } from '../sql/rows.ts';
import type { Connection } from './connection.ts';

/**
 * Empties the write-ahead log, which still has the pages as they were before something was deleted.
 *
 * @param done what has been done in any case, as the beginning of a sentence.
 * @param rest what may be left, as the middle of it.
 * @throws {StoreError} if others are reading the log (`ES_STORE_BUSY`).
 */
export function removeTraces(connection: Connection, done: string, rest: string): void {
  const statement = connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
  const [row] = connection.run(() => statement.all());
  if (toInteger(row?.[0]) === 0) return;
  throw new StoreError(
    'ES_STORE_BUSY',
    `${done} others were reading the SQLite database ${connection.name}, so that ${rest} in its write-ahead log. Forget the ` +
      'subject again.',
  );
}
