/** What `npm test` runs. A test file belongs to one part, by the folders and the files that the command of the part names. */

/** @param {string} folder */
export const vitest = (folder) => ['vitest', 'run', '--config', `test/${folder}/vitest.config.ts`];

/** Runs every snippet of every page in the browser: about as long as all other tests in the browser together. */
const FENCES = 'fences.test.ts';

/** These look at every page as it is before a reader does much on it. */
const PAGES = ['access.test.ts', 'weight.test.ts'];

/**
 * The parts of `npm test`, each a list of commands. Each can be run alone: `npm test -- types library`. They are begun in
 * this order: first what others wait for, then the long ones, so that short ones fill what is left of the lanes.
 * @type {Map<string, readonly (readonly string[])[]>}
 */
export const parts = new Map([
  ['build', [['astro', 'build', '--silent']]],
  ['runner', [vitest('runner')]],
  [
    'lint',
    [
      ['biome', 'ci', '--error-on-warnings', '.'],
      ['depcruise', '--output-type', 'err', 'src', 'code/src'],
    ],
  ],
  // The check builds the package, which the old releases of Node are tried on. `build` and `runner` have read it by then.
  [
    'library',
    [['npm', 'run', '--silent', 'check', '-w', 'code'], ['node', 'test/library/nodes/run.mjs'], vitest('library')],
  ],
  ['fences', [[...vitest('browser'), FENCES]]],
  ['browser', [[...vitest('browser'), ...[FENCES, ...PAGES].flatMap((file) => ['--exclude', `**/${file}`])]]],
  ['doctest', [vitest('doctest'), ['node', 'src/doctest/cli.ts']]],
  ['pages', [[...vitest('browser'), ...PAGES]]],
  // Astro writes the types of its own modules first; a fresh clone has none.
  [
    'types',
    [
      ['astro', 'sync', '--silent'],
      ['tsc', '-p', '.'],
    ],
  ],
  ['site', [vitest('site')]],
]);

/** These look at what `build` has built. */
export const ofTheSite = ['site', 'fences', 'pages', 'browser'];

/**
 * How many parts go side by side. A lane that has ended a part begins the next one that waits, so that no core is idle
 * while others have much to do. There are more lanes than cores (two): the tests in a browser do not always keep one busy.
 */
export const LANES = 3;
