import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from '../patience.ts';

export default defineConfig({
  test: {
    name: 'browser',
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: ['./built-site.ts'],
    // Two cores, and a snippet that is to be ended after five seconds without an answer: one page at a time.
    fileParallelism: false,
    expect: { poll: { timeout: PATIENCE_MS } },
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
  },
});
