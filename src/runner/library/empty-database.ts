import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** More than the archive has. */
const MAX_SIZE = 64 * 1024 * 1024;

/**
 * The files of a PostgreSQL database with nothing in it, as a tar archive. Making them takes most of the time that
 * PGlite needs to start, and so it is done once, here. A process of its own makes them, because it stops the clock.
 */
export async function emptyDatabase(): Promise<Uint8Array> {
  const program = fileURLToPath(new URL('./make-empty-database.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program], {
    encoding: 'buffer',
    maxBuffer: MAX_SIZE,
  });
  return new Uint8Array(stdout);
}
