import type { Library } from '../inner.ts';
import { closure, type Manifest } from '../manifest.ts';
import type * as Trace from './trace.ts';

/** The runner's own files, beside its page; each is loaded once, when it is first needed. */
export interface Files {
  text(file: string): Promise<string>;
  /** The texts of those of the given imports that the runner brings, and of what they need. */
  library(imports: readonly string[]): Promise<Library>;
  tracer(): Promise<typeof Trace>;
}

export function createFiles(base: string, manifest: Manifest): Files {
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
      const loading = closure(manifest, imports).map(async (specifier) => {
        const file = manifest[specifier]?.file;
        return file === undefined ? [] : [[specifier, await text(file)] as const];
      });
      return Object.fromEntries((await Promise.all(loading)).flat());
    },
    tracer: () => import(new URL('trace.js', base).href),
  };
}
