/** What `npm test` runs. A test file belongs to one part, by the folders that the configuration of the part names. */

/** @param {string} folder */
export const vitest = (folder) => ['vitest', 'run', '--config', `test/${folder}/vitest.config.ts`];

/** Runs every snippet of every page in the browser: as long as all other tests in the browser together. */
const FENCES = 'fences.test.ts';

/**
 * The parts of `npm test`, each a list of commands. Each can be run alone: `npm test -- types library`.
 * @type {Map<string, readonly (readonly string[])[]>}
 */
export const parts = new Map([
  [
    'lint',
    [
      ['biome', 'ci', '--error-on-warnings', '.'],
      ['depcruise', '--output-type', 'err', 'src', 'code/src'],
    ],
  ],
  // Astro writes the types of its own modules first; a fresh clone has none.
  [
    'types',
    [
      ['astro', 'sync', '--silent'],
      ['tsc', '-p', '.'],
    ],
  ],
  // The check builds the package, which the old releases of Node are tried on.
  [
    'library',
    [['npm', 'run', '--silent', 'check', '-w', 'code'], ['node', 'test/library/nodes/run.mjs'], vitest('library')],
  ],
  ['doctest', [vitest('doctest'), ['node', 'src/doctest/cli.ts']]],
  ['runner', [vitest('runner')]],
  ['build', [['astro', 'build', '--silent']]],
  ['site', [vitest('site')]],
  ['fences', [[...vitest('browser'), FENCES]]],
  ['browser', [[...vitest('browser'), '--exclude', `**/${FENCES}`]]],
]);

/** These look at what `build` has built. */
export const ofTheSite = ['site', 'fences', 'browser'];

/**
 * Lanes go side by side, more of them than there are cores: most of the time a browser is what is waited for.
 */
export const lanes = [
  ['lint', 'types', 'library', 'doctest'],
  ['build', 'site', 'browser'],
  ['runner', 'fences'],
];
