import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { doctests } from './plugin.ts';

/** The pages of the workbook as test files: `vitest --config src/doctest/vitest.config.ts`, with or without `--watch`. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  plugins: [doctests()],
  test: {
    name: 'doctests',
    include: ['content/**/*.mdx'],
    environment: 'node',
    // Its key is the file, and what is made of a page depends on the compiler as well.
    fsModuleCache: false,
  },
});
