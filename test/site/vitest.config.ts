import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from '../patience.ts';

/** The pages as they are built, and what their components do without a browser. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'site',
    include: ['site', 'components'].map((folder) => `test/${folder}/**/*.test.ts`),
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
  },
});
