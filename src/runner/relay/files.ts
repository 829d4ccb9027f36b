import type { Library } from '../inner.ts';
import type * as Trace from './trace.ts';

/** The modules that programs may import, and the file of each. */
const LIBRARY_FILES: Readonly<Record<string, string>> = {
  eventsourcing: 'lib/eventsourcing.js',
  vitest: 'lib/vitest.js',
  'node:assert/strict': 'lib/assert.js',
};

/** The runner's own files, beside its page; each is loaded once, when it is first needed. */
export interface Files {
  text(file: string): Promise<string>;
  /** The texts of those of the given imports that the runner brings. */
  library(imports: readonly string[]): Promise<Library>;
  tracer(): Promise<typeof Trace>;
}

export function createFiles(base: string): Files {
  const texts = new Map<string, Promise<string>>();
  const load = async (file: string): Promise<string> => {
    const response = await fetch(new URL(file, base)).catch(() => undefined);
    if (response?.ok) return response.text();
    texts.delete(file); // the next run may have better luck
    const reason = response ? `the server said ${response.status}` : 'there is no connection';
    throw new Error(`A part of the runner could not be loaded (${file}: ${reason}). Try again, or reload the page.`);
  };
  const text = (file: string): Promise<string> => {
    const loading = texts.get(file) ?? load(file);
    texts.set(file, loading);
    return loading;
  };
  return {
    text,
    async library(imports) {
      const wanted = Object.entries(LIBRARY_FILES).filter(([specifier]) => imports.includes(specifier));
      return Object.fromEntries(
        await Promise.all(wanted.map(async ([specifier, file]) => [specifier, await text(file)] as const)),
      );
    },
    tracer: () => import(new URL('trace.js', base).href),
  };
}
