import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { buildSite, DIST } from './build-site.ts';
import { serve } from './serve.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The site as `npm run build` writes it. */
    site: string;
  }
}

/** Serves `dist/` (built here only if it is missing) for all browser tests. */
export default async function setup(project: TestProject) {
  if (!existsSync(`${DIST}/index.html`)) await buildSite();
  const site = await serve(DIST);
  project.provide('site', site.url);
  return () => site.close();
}
