import type { Fence, StoreName } from '../extract/page.ts';
import type { CompiledModule, CompiledProgram } from './program.ts';

/** What a page needs for its Run buttons, fetched at the first one: compiled programs, and sources for edited runs. */
export interface PagePrograms {
  /** The fences that can take part in a program. */
  readonly fences: readonly Fence[];
  /** Every module of every program, once. */
  readonly modules: readonly CompiledModule[];
  /** For each fence that runs, the places of its modules in `modules`, in order. */
  readonly programs: Readonly<Record<string, readonly number[]>>;
}

/** Modules that several programs share, such as a named file, are kept once. */
export function packPrograms(fences: readonly Fence[], programs: readonly CompiledProgram[]): PagePrograms {
  const modules: CompiledModule[] = [];
  const places = new Map<string, number>();
  const place = (module: CompiledModule): number => {
    const key = JSON.stringify(module);
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, modules.length);
    return modules.push(module) - 1;
  };
  return {
    fences,
    programs: Object.fromEntries(programs.map(({ target, modules }) => [target, modules.map(place)])),
    modules,
  };
}

/**
 * The compiled program of a fence.
 *
 * @throws if the page has none, which means that page and programs are of different builds
 */
export function programOf({ programs, modules }: PagePrograms, target: string): CompiledProgram {
  const places = programs[target];
  if (!places) throw new Error('This snippet has no program. The site was updated meanwhile: reload the page.');
  return {
    target,
    modules: places.map((place) => {
      const module = modules[place];
      if (!module) throw new Error(`The page’s programs are incomplete: module ${place} is missing.`);
      return module;
    }),
  };
}

/** Where a page's programs are, beneath the site's base: a file for each store that the page offers. */
export function programsPath(page: string, store: StoreName | undefined, byDefault: StoreName | undefined): string {
  return `programs/${page}${store === byDefault ? '' : `.${store}`}.json`;
}
