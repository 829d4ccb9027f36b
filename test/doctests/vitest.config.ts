import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from '../patience.ts';

/** The tests of what tests the pages: reading, assembling, compiling, and the command itself. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'doctests',
    include: ['test/doctests/**/*.test.ts'],
    environment: 'node',
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
  },
});
