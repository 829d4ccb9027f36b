import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { plainEnvironment } from './environment.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The site as `npm run build` writes it. */
export const DIST = `${root}dist`;

/**
 * Builds the site for a base path.
 *
 * @param name of the folder it goes to, unless that is `dist/`
 * @returns the folder
 */
export async function buildSite(base = '/', name?: string): Promise<string> {
  const folder = name === undefined ? DIST : `${root}.cache/${name}`;
  await promisify(execFile)('astro', ['build', '--silent', '--outDir', folder], {
    cwd: root,
    env: { ...plainEnvironment(), BASE_PATH: base },
  });
  return folder;
}
