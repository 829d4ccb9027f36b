import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { createDatabaseServer } from './database-server.ts';
import { doctests } from './plugin.ts';

const server = createDatabaseServer();

/** The pages of the workbook as test files: `vitest --config src/doctest/vitest.config.ts`, with or without `--watch`. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  plugins: [
    doctests({ databaseUrl: server.url }),
    { name: 'database-server', configureVitest: ({ vitest }) => vitest.onClose(server.stop) },
  ],
  test: {
    name: 'doctests',
    include: ['content/**/*.{md,mdx}'],
    environment: 'node',
    // Its key is the file, and what is made of a page depends on the compiler as well.
    fsModuleCache: false,
  },
});
