import { hashOf } from './edits.ts';
import { versionsOf } from './figure.ts';
import { createPageState } from './page-state.ts';
import { createPassedExercises, markSidebar } from './passed-exercises.ts';
import { wireSnippet } from './snippet.ts';
import { browserStorage } from './storage.ts';
import { createStoreChoice } from './store-choice.ts';

/** Brings the snippets of a page to life. Before a reader touches one, only this much is loaded. */
const storage = browserStorage();
const base = import.meta.env.BASE_URL.replace(/\/?$/, '/');
const name = document.querySelector<HTMLElement>('[data-page]')?.dataset.page ?? '';

/** The codes of the page's figures: one each, but for a choice of store, where each alternative has its own. */
const figures = [...document.querySelectorAll<HTMLElement>('figure[data-snippet]')];
const versions = figures.flatMap((figure) => versionsOf(figure));
const originals = versions.map(({ fence, code }) => {
  const text = code.textContent ?? '';
  return { fence, code: text, hash: hashOf(text) };
});
const stores = createStoreChoice(
  storage,
  `${base}${name}`,
  versions.flatMap(({ fence, store }) => (store === undefined ? [] : [{ fence, store }])),
);
const page = createPageState({ page: name, base, originals, storage, stores });
const passed = createPassedExercises(storage, `${base}${name}`);

customElements.define(
  'live-snippet',
  class extends HTMLElement {
    #wired = false;

    connectedCallback(): void {
      const figure = this.querySelector<HTMLElement>('figure[data-snippet]');
      if (!figure || this.#wired) return;
      this.#wired = true;
      wireSnippet(figure, page, passed);
    }
  },
);
markSidebar(storage);
