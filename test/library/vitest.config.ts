import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { lowerDecorators } from './lower-decorators.ts';

export default defineConfig({
  plugins: [lowerDecorators()],
  resolve: {
    // The source, not the package: a failure points at the line to mend, and nothing needs to be built first.
    alias: { eventsourcing: fileURLToPath(new URL('../../code/src/index.ts', import.meta.url)) },
  },
  test: {
    name: 'library',
    dir: import.meta.dirname,
    include: ['**/*.test.ts'],
  },
});
