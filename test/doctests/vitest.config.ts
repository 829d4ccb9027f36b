import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The tests of what tests the pages: reading, assembling, compiling, and the command itself. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'doctests',
    include: ['test/doctests/**/*.test.ts'],
    environment: 'node',
    // The command is started as its users start it; one of its calls takes seconds.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
