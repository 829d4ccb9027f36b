import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from '../patience.ts';

/** What tests the pages, from below: reading a page, compiling its snippets, and the command that runs them. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'doctest',
    include: ['extract', 'compiler', 'doctest', 'scripts'].map((folder) => `test/${folder}/**/*.test.ts`),
    environment: 'node',
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
  },
});
