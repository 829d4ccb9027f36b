/** What a live fence may import, besides the page's named files. The runner brings these modules to the browser. */
export const LIVE_MODULES: readonly string[] = [
  'eventsourcing',
  'eventsourcing/compression',
  'eventsourcing/crypto',
  'eventsourcing/testing',
  'eventsourcing/sqlite',
  'eventsourcing/postgres',
  'vitest',
  'node:assert/strict',
];

/** The name within the program of a file that a module imports as `./dog.ts`. */
export function resolveFile(specifier: string, importer: string): string {
  return new URL(specifier, `file://${importer}`).pathname;
}
