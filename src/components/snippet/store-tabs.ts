import { isStoreName } from '../../extract/stores.ts';
import type { Version } from './figure.ts';
import type { StoreChoice } from './store-choice.ts';

/** Makes the tabs of a choice work. Any choice of the page follows all others. */
export function wireStoreTabs(figure: HTMLElement, versions: readonly Version[], stores: StoreChoice): void {
  const list = figure.querySelector<HTMLElement>('[data-stores]');
  if (!list) return;
  const tabs = [...list.querySelectorAll<HTMLElement>('[data-store]')];
  const choose = (tab: HTMLElement | undefined) => {
    const store = tab?.dataset.store ?? '';
    if (isStoreName(store)) stores.choose(store);
  };
  const show = () => {
    for (const tab of tabs) {
      const selected = tab.dataset.store === stores.chosen;
      tab.ariaSelected = String(selected);
      tab.tabIndex = selected ? 0 : -1;
    }
    for (const { store, panel, tabs: files } of versions) {
      panel?.toggleAttribute('data-chosen', store === stores.chosen);
      files.hidden = store !== stores.chosen;
    }
  };

  for (const { fence, panel } of versions) {
    // Without JavaScript there are no tabs for them to belong to.
    panel?.setAttribute('role', 'tabpanel');
    panel?.setAttribute('aria-labelledby', `${fence}-tab`);
  }
  for (const tab of tabs) tab.addEventListener('click', () => choose(tab));
  list.addEventListener('keydown', (event) => {
    const at = tabs.findIndex((tab) => tab.matches(':focus'));
    const last = tabs.length - 1;
    const places: Readonly<Record<string, number>> = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at <= 0 ? last : at - 1,
      Home: 0,
      End: last,
    };
    const next = tabs[places[event.key] ?? -1];
    if (!next) return;
    event.preventDefault();
    next.focus();
    choose(next);
  });
  stores.onChoose(show);
  show();
}
