import { assemble } from '../../compiler/assemble.ts';
import type { Fence } from '../../extract/page.ts';
import { createRunner } from '../../runner/host.ts';
import type { Run, RunEvent, RunRequest } from '../../runner/runner.ts';
import { type PagePrograms, programOf } from '../../site/page-programs.ts';

/** Everything that a page needs to run code, loaded when a reader first comes near a snippet's buttons. */
export interface Live {
  /** Gets ready for a run without starting one. */
  warm(): void;
  /** The page's fences that can run, with the lesson's own code. */
  fences(): Promise<readonly Fence[]>;
  /** What to run for a fence: its compiled program, or its sources if one of the fences in it was edited. */
  request(target: string, edits: ReadonlyMap<string, string>): Promise<RunRequest>;
  run(request: RunRequest, listen: (event: RunEvent) => void): Run;
}

export interface LiveOptions {
  /** The page's name: its path under content/ without the extension. */
  readonly page: string;
  /** The site's base path, with a slash at its end. */
  readonly base: string;
}

export function createLive({ page, base }: LiveOptions): Live {
  const runner = createRunner({ url: new URL(`${base}runner/relay.html`, location.href).href });
  let loading: Promise<PagePrograms> | undefined;
  const programs = () => {
    // A failed attempt is forgotten, so that the next Run tries again.
    loading ??= loadPrograms(`${base}programs/${page}.json`).catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  return {
    warm() {
      runner.warm();
      // If this fails, the Run itself will fail the same way, and say so.
      programs().catch(() => undefined);
    },
    async fences() {
      return (await programs()).fences;
    },
    async request(target, edits) {
      const all = await programs();
      if (edits.size === 0) return { program: programOf(all, target) };
      return { source: assemble(all.fences, target, edits) };
    },
    run: (request, listen) => runner.run(request, listen),
  };
}

async function loadPrograms(url: string): Promise<PagePrograms> {
  // Asks whether the file has changed: an old copy would run other code than the page shows.
  const response = await fetch(url, { cache: 'no-cache' });
  if (!response.ok) throw new Error(`The page’s programs could not be loaded (${response.status}).`);
  // Written by the same build as this script.
  return (await response.json()) as PagePrograms;
}
