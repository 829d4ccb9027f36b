import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from '../patience.ts';

/** What runs in the browser's Worker, and all that leads there and back. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'runner',
    include: ['probe', 'runner'].map((folder) => `test/${folder}/**/*.test.ts`),
    // Each file drives a browser of its own, and mostly waits for it.
    maxWorkers: 2,
    globalSetup: [`${import.meta.dirname}/library/pack.setup.ts`],
    expect: { poll: { timeout: PATIENCE_MS } },
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
  },
});
