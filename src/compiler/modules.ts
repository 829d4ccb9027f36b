/** What a live fence may import, besides the page's named files. The runner brings these modules to the browser. */
export const LIVE_MODULES: readonly string[] = [
  'eventsourcing',
  'eventsourcing/compression',
  'eventsourcing/crypto',
  'eventsourcing/projection',
  'eventsourcing/remote',
  'eventsourcing/system',
  'eventsourcing/testing',
  'eventsourcing/sqlite',
  'eventsourcing/postgres',
  'vitest',
  'node:assert/strict',
];

/** What the fences of a page may import besides the page's named files. */
export interface ImportRules {
  /** @param fence the id of the fence that imports */
  allows(specifier: string, fence: string): boolean;
  /** Whether the fence may import with `import(…)`. */
  isDynamic(fence: string): boolean;
  /** What the fence may import, as the end of a sentence. */
  describe(fence: string): string;
}

/** The rules of the browser. */
export const LIVE_IMPORTS: ImportRules = {
  allows: (specifier) => LIVE_MODULES.includes(specifier),
  isDynamic: () => false,
  describe: () => `${LIVE_MODULES.map((name) => `'${name}'`).join(', ')}, and the page's own files, such as './dog.ts'`,
};

/** The name within the program of a file that a module imports as `./dog.ts`. */
export function resolveFile(specifier: string, importer: string): string {
  return new URL(specifier, `file://${importer}`).pathname;
}
