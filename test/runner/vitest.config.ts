import { defineConfig } from 'vitest/config';

/** A run that does not pause is ended after five seconds or so, and several tests wait for that. */
const TEST_TIMEOUT_MS = 30_000;
/** How long a page may take to show what it was told, on a busy machine. */
const POLL_TIMEOUT_MS = 10_000;

export default defineConfig({
  test: {
    name: 'runner',
    dir: import.meta.dirname,
    include: ['**/*.test.ts'],
    // Each file drives a browser of its own, and mostly waits for it.
    maxWorkers: 2,
    expect: { poll: { timeout: POLL_TIMEOUT_MS } },
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
  },
});
