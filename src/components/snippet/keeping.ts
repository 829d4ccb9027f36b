import type { KeptDatabase, RunRequest } from '../../runner/runner.ts';
import type { Figure } from './figure.ts';
import type { PageState } from './page-state.ts';

/** What a snippet with `store=keep` keeps from run to run; of any other snippet, nothing. */
export interface Keeping {
  /** Adds what is kept to a request for a run. */
  addTo(request: RunRequest): Promise<RunRequest>;
  /** @param tell says in the console why something could not be kept */
  save(database: KeptDatabase, tell: (reason: string) => void): void;
  /** Clears what is kept. Returns whether there was anything. */
  clear(): Promise<boolean>;
}

export function createKeeping({ element, keeps, shown }: Figure, page: PageState): Keeping {
  if (!keeps) return { addTo: async (request) => request, save: () => {}, clear: async () => false };
  const { fence } = shown();
  const show = (isKept: boolean) => element.toggleAttribute('data-kept', isKept);
  const start = async () => {
    const rows = await page.kept();
    rows.onChange((changed, isKept) => {
      if (changed === fence) show(isKept);
    });
    show(await rows.has(fence));
    return rows;
  };
  const ready = start();
  ready.catch(() => undefined); // the first run meets the same error, and says so

  return {
    addTo: async (request) => ({ ...request, kept: await (await ready).load(fence) }),
    save: (database, tell) => void ready.then((rows) => rows.save(fence, database, () => tell(NO_ROOM))),
    clear: async () => (await ready).clear(fence),
  };
}

const NO_ROOM =
  'This browser has no room left to keep what was stored here, so it’s kept only until you leave the page. Clear what other sites have stored, or press Reset.';
