import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

/** How often a process that waits looks whether it's its turn. */
const LOOK_EVERY_MS = 50;
/** SQLite's code for a file that another connection has locked. */
const SQLITE_BUSY = 5;

/**
 * Does something that no other process on this machine does at the same time. Whoever comes second waits for as long as
 * it takes.
 *
 * The lock is SQLite's on an empty database, because the system releases that one when its process is killed. A file whose
 * presence is the lock would stay behind.
 *
 * @param lock the path of the file that's locked; processes that name the same one take turns. It stays empty.
 */
export async function exclusively<T>(lock: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(lock), { recursive: true });
  const database = new DatabaseSync(lock, { timeout: 0 });
  try {
    while (!isLocked(database)) await setTimeout(LOOK_EVERY_MS);
    return await work();
  } finally {
    database.close();
  }
}

/** Locks the database, unless another connection has. */
function isLocked(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
