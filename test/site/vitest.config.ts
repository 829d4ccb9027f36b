import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from '../patience.ts';

export default defineConfig({
  test: {
    name: 'site',
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
  },
});
