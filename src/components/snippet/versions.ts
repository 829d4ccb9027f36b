import type { StoreName } from '../../extract/page.ts';
import { isStoreName } from '../../extract/stores.ts';

/** A code that a figure can show: its only one, or one of the alternatives of a choice of store. */
export interface VersionParts {
  readonly fence: string;
  readonly store: StoreName | undefined;
  readonly code: HTMLElement;
  /** Where the editor goes. */
  readonly host: HTMLElement;
  /** Where the editor's tabs go. */
  readonly tabs: HTMLElement;
  /** The alternative as a whole, which is shown or not. */
  readonly panel: HTMLElement | undefined;
}

/** Reads what the build wrote (see `src/site/figure.ts`). */
export function versionsOf(figure: HTMLElement): readonly VersionParts[] {
  const panels = [...figure.querySelectorAll<HTMLElement>('[data-alternative]')];
  return (panels.length > 0 ? panels : [undefined]).flatMap((panel): VersionParts[] => {
    const place = panel ?? figure;
    const fence = panel?.dataset.of ?? figure.dataset.fence;
    const host = place.querySelector<HTMLElement>('[data-code]');
    const code = host?.querySelector<HTMLElement>('code');
    const tabs = figure.querySelector<HTMLElement>(`[data-tabs="${panel ? fence : ''}"]`);
    const store = panel?.dataset.alternative ?? '';
    if (!fence || !host || !code || !tabs) return [];
    return [{ fence, store: isStoreName(store) ? store : undefined, code, host, tabs, panel }];
  });
}
