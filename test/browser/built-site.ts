import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { plainEnvironment } from './environment.ts';
import { serve } from './serve.ts';

/** The base path of the second build; a static host often serves a project beneath one. */
const BASE = '/some/base/';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The site as `npm run build` writes it. */
    site: string;
    /** The same site, built for a base path. */
    based: string;
  }
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = `${root}dist`;
const basedDist = `${root}.cache/dist-based`;

function build(folder: string, base: string) {
  const result = spawnSync('astro', ['build', '--silent', '--outDir', folder], {
    cwd: root,
    env: { ...plainEnvironment(), BASE_PATH: base },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.status !== 0) throw new Error(`astro build for ${base} ended with ${result.status ?? result.signal}.`);
}

/** Serves `dist/` (built here only if it is missing) and a second build for a base path, for all browser tests. */
export default async function setup(project: TestProject) {
  if (!existsSync(`${dist}/index.html`)) build(dist, '/');
  build(basedDist, BASE);
  const site = await serve(dist);
  const based = await serve(basedDist, BASE);
  project.provide('site', site.url);
  project.provide('based', based.url);
  return async () => {
    await site.close();
    await based.close();
  };
}
