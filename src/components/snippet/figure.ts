import type { StoreName } from '../../extract/page.ts';
import { isStoreName, STORES } from '../../extract/stores.ts';
import type { RunStatus } from '../../runner/runner.ts';
import type { StoreChoice } from './store-choice.ts';

/** Reads the figures that the build wrote (see `src/site/figure.ts`). */

/** A code that a figure can show: its only one, or one of the alternatives of a choice of store. */
export interface Version {
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

export function versionsOf(figure: HTMLElement): readonly Version[] {
  const panels = [...figure.querySelectorAll<HTMLElement>('[data-alternative]')];
  return (panels.length > 0 ? panels : [undefined]).flatMap((panel): Version[] => {
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

/** What the build wrote around the code of a figure. */
function partsOf(figure: HTMLElement) {
  const part = <T extends HTMLElement = HTMLElement>(name: string) => figure.querySelector<T>(`[data-${name}]`);
  return {
    hint: part('hint'),
    edited: part('edited'),
    carried: part('carried'),
    note: part('note'),
    state: part('state'),
    checks: part('check-list'),
    earlier: part<HTMLDetailsElement>('earlier'),
    recorded: part<HTMLDetailsElement>('recorded'),
  };
}

/** A figure as the parts of a live snippet see it. */
export interface Figure extends ReturnType<typeof partsOf> {
  readonly element: HTMLElement;
  /** The one region of the console. */
  readonly log: HTMLElement;
  readonly versions: readonly Version[];
  /** The version that is shown: one of several only in the figure of a choice of store. */
  shown(): Version;
  /** The fences that the program of this one begins with. */
  readonly needs: readonly string[];
  readonly dependsOnStore: boolean;
  /** Whether a run finds what the runs before it have stored. */
  readonly keeps: boolean;
  /** Says how a run goes, beside the buttons. */
  tell(status: 'idle' | 'running' | RunStatus, text: string, tone?: string): void;
  /** What is said of a run, with the store that it runs on, if that is the reader's choice. */
  onStore(text: string): string;
}

export function readFigure(element: HTMLElement, stores: StoreChoice): Figure | undefined {
  const parts = partsOf(element);
  const log = element.querySelector<HTMLElement>('[role="log"]');
  const versions = versionsOf(element);
  const [only] = versions;
  if (!only || !log) return undefined;
  const needs = element.dataset.needs?.split(' ').filter(Boolean) ?? [];
  const dependsOnStore = versions.length > 1 || needs.some(stores.isAlternative);
  return {
    ...parts,
    element,
    log,
    versions,
    shown: () => versions.find(({ store }) => store === stores.chosen) ?? only,
    needs,
    dependsOnStore,
    keeps: element.dataset.keeps !== undefined,
    tell(status, text, tone = '') {
      element.dataset.status = status;
      if (!parts.state) return;
      parts.state.textContent = text;
      parts.state.dataset.tone = tone;
    },
    onStore(text) {
      const { chosen } = stores;
      return dependsOnStore && chosen !== undefined ? text.replace(/…?$/, ` on ${STORES[chosen]}$&`) : text;
    },
  };
}
