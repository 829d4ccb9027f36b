import { assemble } from '../../compiler/assemble.ts';
import { type PagePrograms, programOf, programsPath } from '../../compiler/page-programs.ts';
import type { Fence, StoreName } from '../../extract/page.ts';
import { createRunner } from '../../runner/host.ts';
import type { RunEvent, RunRequest, RunStatus } from '../../runner/runner.ts';

/** Everything that a page needs to run code, loaded when a reader first comes near a snippet's buttons. */
export interface Live {
  /** Gets ready for a run on the chosen store without starting one. */
  warm(store: StoreName | undefined): void;
  /** The page's fences that can run, with the lesson's own code. */
  fences(store: StoreName | undefined): Promise<readonly Fence[]>;
  /** What to run for a fence: its compiled program, or its sources if one of the fences in it was edited. */
  request(target: string, edits: ReadonlyMap<string, string>, store: StoreName | undefined): Promise<RunRequest>;
  /** Resolves when the run has ended; the signal stops it. */
  run(request: RunRequest, listen: (event: RunEvent) => void, signal: AbortSignal): Promise<RunStatus>;
}

export interface LiveOptions {
  /** The page's name: its path under content/ without the extension. */
  readonly page: string;
  /** The site's base path, with a slash at its end. */
  readonly base: string;
  /** The store that is chosen when the reader has chosen none, on a page with a choice. */
  readonly byDefault: StoreName | undefined;
}

export function createLive({ page, base, byDefault }: LiveOptions): Live {
  const runner = createRunner({ url: new URL(`${base}runner/relay.html`, location.href).href });
  const loading = new Map<StoreName | undefined, Promise<PagePrograms>>();
  const programs = (store: StoreName | undefined): Promise<PagePrograms> => {
    const known = loading.get(store);
    if (known) return known;
    // A failed attempt is forgotten, so that the next Run tries again.
    const loaded = loadPrograms(`${base}${programsPath(page, store, byDefault)}`).catch((error: unknown) => {
      loading.delete(store);
      throw error;
    });
    loading.set(store, loaded);
    return loaded;
  };
  return {
    warm(store) {
      runner.warm();
      // If this fails, the Run itself will fail the same way, and say so.
      programs(store).catch(() => undefined);
    },
    async fences(store) {
      return (await programs(store)).fences;
    },
    async request(target, edits, store) {
      const all = await programs(store);
      if (edits.size === 0) return { program: programOf(all, target) };
      return { source: assemble(all.fences, target, edits, { store }) };
    },
    run: runner.run,
  };
}

async function loadPrograms(url: string): Promise<PagePrograms> {
  // Asks whether the file has changed: an old copy would run other code than the page shows.
  const response = await fetch(url, { cache: 'no-cache' });
  if (!response.ok) throw new Error(`The page’s programs could not be loaded (${response.status}).`);
  // Written by the same build as this script.
  return (await response.json()) as PagePrograms;
}
