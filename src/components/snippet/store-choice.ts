import type { StoreName } from '../../extract/page.ts';
import { isStoreName } from '../../extract/stores.ts';
import { quietly } from './storage.ts';

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
  const remembered = quietly(() => storage?.getItem(key)) ?? '';
  let chosen = isStoreName(remembered) && offered.has(remembered) ? remembered : byDefault;
  return {
    get chosen() {
      return chosen;
    },
    byDefault,
    choose(store) {
      if (store === chosen || !offered.has(store)) return;
      chosen = store;
      quietly(() => storage?.setItem(key, store));
      for (const listener of listeners) listener();
    },
    isAlternative: (fence) => storeOf.has(fence),
    takesPart: (fence) => (storeOf.get(fence) ?? chosen) === chosen,
    onChoose: (listener) => listeners.add(listener),
  };
}
