import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from '../patience.ts';

export default defineConfig({
  test: {
    name: 'runner',
    dir: import.meta.dirname,
    include: ['**/*.test.ts'],
    // Each file drives a browser of its own, and mostly waits for it.
    maxWorkers: 2,
    globalSetup: [`${import.meta.dirname}/pack.setup.ts`],
    expect: { poll: { timeout: PATIENCE_MS } },
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
  },
});
