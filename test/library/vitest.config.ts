import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config';
import { PATIENCE_MS } from '../patience.ts';
import { storeNames } from './every-store/store-names.ts';
import { lowerDecorators } from './support/lower-decorators.ts';

const EVERY_STORE = 'every-store/every-suite-on-every-store.test.ts';
/** In full it's a proof. Every suite on every store has it in small. */
const RECORDERS = 'proofs/recorders.test.ts';

function source(file: string): string {
  return fileURLToPath(new URL(`../../code/src/${file}`, import.meta.url));
}

/** How the tests of the library run, wherever they are started. */
export const library: ViteUserConfig = {
  plugins: [lowerDecorators()],
  resolve: {
    // The source, not the package: a failure points at the line to mend, and nothing needs to be built first.
    alias: [
      { find: /^eventsourcing$/, replacement: source('index.ts') },
      { find: /^eventsourcing\/([\w-]+)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    dir: import.meta.dirname,
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
  },
};

export const globalSetup = [fileURLToPath(new URL('support/postgres.setup.ts', import.meta.url))];

export default defineConfig({
  test: {
    // One server for all projects.
    globalSetup,
    projects: [
      ...storeNames.map((store) =>
        mergeConfig(library, { test: { name: store, include: [`**/${EVERY_STORE}`], provide: { store } } }),
      ),
      mergeConfig(library, {
        test: { name: 'library', include: ['**/*.test.ts'], exclude: [`**/${EVERY_STORE}`, `**/${RECORDERS}`] },
      }),
    ],
  },
});
