/**
 * Which way imports go, those of types too. A file may import from its own floor and from those below it, and there are no
 * circles. `npm test -- lint` checks it. The README shows the same floors.
 */

/** The library, from the ground up. */
const libraryFloors = [
  'domain/(domain-event|snapshot|library-mark)[.]ts$',
  'domain/errors[.]ts$',
  'domain/values/',
  'domain/sources/',
  'domain/definition/',
  'domain/recording/',
  'domain/(aggregate[.]ts$|snapshots/)',
  'domain/styles/',
  'persistence/',
  'application/',
  'following/',
  'index[.]ts$',
  '(sql|crypto|compression|projection|remote|system|testing)/',
  '(sqlite|postgres)/',
  '(sqlite-wasm|pglite)/',
];

/** The workbook, from the ground up. */
const workbookFloors = [
  '(extract|support)/',
  'compiler/',
  'probe/',
  '(doctest|runner)/',
  'editor/',
  'site/',
  '(components|styles)/',
];

/**
 * @param {string} root
 * @param {readonly string[]} floors
 */
const upward = (root, floors) =>
  floors.slice(0, -1).map((floor, index) => ({
    name: `upward from ${root}${floor}`,
    severity: 'error',
    from: { path: `^${root}${floor}`, pathNot: '[.]type[.]test[.]ts$' },
    to: { path: floors.slice(index + 1).map((above) => `^${root}${above}`) },
  }));

export default {
  forbidden: [
    { name: 'circle', severity: 'error', from: {}, to: { circular: true } },
    ...upward('code/src/', libraryFloors),
    ...upward('src/', workbookFloors),
    {
      name: 'the doc tests and the runner know nothing of each other',
      severity: 'error',
      from: { path: '^src/(doctest|runner)/' },
      to: { path: '^src/(doctest|runner)/', pathNot: '^src/$1/' },
    },
    {
      name: 'the library knows nothing of the workbook',
      severity: 'error',
      from: { path: '^code/' },
      to: { path: '^src/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { conditionNames: ['import', 'types', 'default'], exportsFields: ['exports'] },
  },
};
