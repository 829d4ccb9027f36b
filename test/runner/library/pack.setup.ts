import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Packs the databases before the tests begin, and so outside the time that a hook has. In a process of its own, because
 * Vitest's loader for this file can't say where a package is.
 */
export default async function setup(): Promise<void> {
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL('fixtures/pack-all.ts', import.meta.url))]);
}
