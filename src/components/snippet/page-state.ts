import type { KeptRows } from './kept-rows.ts';
import type { Live } from './live.ts';
import { createMarks, type Marks } from './marks.ts';
import { createPageEdits, type PageEdits, type PageEditsOptions } from './page-edits.ts';
import { createShowing, type Showing } from './showing.ts';
import type { StoreChoice } from './store-choice.ts';

/** What the snippets of a page share: the reader's edits, the marks of errors, and the one runner. */
export interface PageState extends PageEdits, Marks {
  /** The store that all snippets of the page run on. */
  readonly stores: StoreChoice;
  /** Puts saved edits on the page; what has not been shown yet must not run. */
  readonly showing: Showing;
  live(): Promise<Live>;
  /** What snippets keep from run to run, loaded for the first one that does. */
  kept(): Promise<KeptRows>;
}

export interface PageStateOptions extends Omit<PageEditsOptions, 'address'> {
  readonly page: string;
  readonly base: string;
}

export function createPageState({ page, base, ...options }: PageStateOptions): PageState {
  const { stores } = options;
  const address = `${base}${page}`;
  let live: Promise<Live> | undefined;
  let kept: Promise<KeptRows> | undefined;
  return {
    stores,
    showing: createShowing(),
    ...createPageEdits({ address, ...options }),
    ...createMarks(),
    live() {
      live ??= import('./live.ts').then(({ createLive }) => createLive({ page, base, byDefault: stores.byDefault }));
      return live;
    },
    kept() {
      kept ??= Promise.all([import('./kept-rows.ts'), import('./kept-storage.ts')]).then(
        ([{ createKeptRows }, { browserKeptStorage }]) => createKeptRows(browserKeptStorage(), address),
      );
      return kept;
    },
  };
}
