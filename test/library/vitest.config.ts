import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from '../patience.ts';
import { lowerDecorators } from './lower-decorators.ts';

function source(file: string): string {
  return fileURLToPath(new URL(`../../code/src/${file}`, import.meta.url));
}

export default defineConfig({
  plugins: [lowerDecorators()],
  resolve: {
    // The source, not the package: a failure points at the line to mend, and nothing needs to be built first.
    alias: [
      { find: /^eventsourcing$/, replacement: source('index.ts') },
      { find: /^eventsourcing\/([\w-]+)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    name: 'library',
    dir: import.meta.dirname,
    include: ['**/*.test.ts'],
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
    globalSetup: [fileURLToPath(new URL('postgres.setup.ts', import.meta.url))],
  },
});
