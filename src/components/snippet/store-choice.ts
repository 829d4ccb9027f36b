import type { StoreName } from '../../extract/page.ts';
import { isStoreName } from '../../extract/stores.ts';

/** The store that the reader has chosen for a page with a choice, kept in the browser. */
export interface StoreChoice {
  /** The chosen store; nothing on a page without a choice. */
  readonly chosen: StoreName | undefined;
  /** The one that is chosen when the reader has chosen none. */
  readonly byDefault: StoreName | undefined;
  choose(store: StoreName): void;
  /** Whether a fence depends on the choice: as one of its alternatives. */
  isAlternative(fence: string): boolean;
  /** Whether a fence takes part in programs: an alternative does only while it is chosen. */
  takesPart(fence: string): boolean;
  onChoose(listener: () => void): void;
}

/** An alternative of a choice, as it stands on the page. */
export interface AlternativeOnPage {
  readonly fence: string;
  readonly store: StoreName;
}

export function createStoreChoice(
  storage: Storage | undefined,
  page: string,
  alternatives: readonly AlternativeOnPage[],
): StoreChoice {
  const key = `workbook:store:${page}`;
  const storeOf = new Map(alternatives.map(({ fence, store }) => [fence, store]));
  const offered = new Set(storeOf.values());
  const [byDefault] = offered;
  const listeners = new Set<() => void>();
  let chosen = remembered(storage, key, offered) ?? byDefault;
  return {
    get chosen() {
      return chosen;
    },
    byDefault,
    choose(store) {
      if (store === chosen || !offered.has(store)) return;
      chosen = store;
      try {
        storage?.setItem(key, store);
      } catch {
        // Full or forbidden: then it is remembered as long as the page is open.
      }
      for (const listener of listeners) listener();
    },
    isAlternative: (fence) => storeOf.has(fence),
    takesPart: (fence) => (storeOf.get(fence) ?? chosen) === chosen,
    onChoose: (listener) => listeners.add(listener),
  };
}

function remembered(storage: Storage | undefined, key: string, offered: ReadonlySet<StoreName>): StoreName | undefined {
  try {
    const store = storage?.getItem(key) ?? '';
    return isStoreName(store) && offered.has(store) ? store : undefined;
  } catch {
    // Storage that may not be read holds nothing for us.
    return undefined;
  }
}
