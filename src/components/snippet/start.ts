import { browserStorage, hashOf } from './edits.ts';
import { createProgress, markSidebar } from './progress.ts';
import { createSession } from './session.ts';
import { wireSnippet } from './snippet.ts';
import { createStoreChoice } from './stores.ts';
import { versionsOf } from './versions.ts';

/** Brings the snippets of a page to life. Before a reader touches one, only this much is loaded. */
const storage = browserStorage();
const base = import.meta.env.BASE_URL.replace(/\/?$/, '/');
const page = document.querySelector<HTMLElement>('[data-page]')?.dataset.page ?? '';

/** The codes of the page's figures: one each, but for a choice of store, where each alternative has its own. */
const figures = [...document.querySelectorAll<HTMLElement>('figure[data-snippet]')];
const versions = figures.flatMap((figure) => versionsOf(figure));
const originals = versions.map(({ fence, code }) => {
  const text = code.textContent ?? '';
  return { fence, code: text, hash: hashOf(text) };
});
const stores = createStoreChoice(
  storage,
  `${base}${page}`,
  versions.flatMap(({ fence, store }) => (store === undefined ? [] : [{ fence, store }])),
);
const session = createSession({ page, base, originals, storage, stores });
const progress = createProgress(storage, `${base}${page}`);

customElements.define(
  'live-snippet',
  class extends HTMLElement {
    #wired = false;

    connectedCallback(): void {
      const figure = this.querySelector<HTMLElement>('figure[data-snippet]');
      if (!figure || this.#wired) return;
      this.#wired = true;
      wireSnippet(figure, session, progress);
    }
  },
);
markSidebar(storage);
