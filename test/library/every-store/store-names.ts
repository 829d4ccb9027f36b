/** The stores that run every suite. Each is a project of its own in the tests of the library, so that they run side by side. */
export const storeNames = [
  'memory',
  'SQLite file',
  'SQLite in memory',
  'SQLite WebAssembly',
  'PostgreSQL',
  'PGlite',
] as const;

export type StoreName = (typeof storeNames)[number];

/** Which part of the package each store comes from. */
export const storeParts: Readonly<Record<StoreName, string>> = {
  memory: '.',
  'SQLite file': './sqlite',
  'SQLite in memory': './sqlite',
  'SQLite WebAssembly': './sqlite-wasm',
  PostgreSQL: './postgres',
  PGlite: './pglite',
};

/** The parts of the package that are no stores. */
export const otherParts = [
  './compression',
  './crypto',
  './projection',
  './remote',
  './system',
  './testing',
  './package.json',
];
