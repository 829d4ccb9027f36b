import { browserStorage, hashOf } from './edits.ts';
import { createProgress, markSidebar } from './progress.ts';
import { createSession } from './session.ts';
import { wireSnippet } from './snippet.ts';

/** Brings the snippets of a page to life. Before a reader touches one, only this much is loaded. */
const storage = browserStorage();
const base = import.meta.env.BASE_URL.replace(/\/?$/, '/');
const page = document.querySelector<HTMLElement>('[data-page]')?.dataset.page ?? '';

const originals = [...document.querySelectorAll<HTMLElement>('figure[data-snippet]')].map((figure) => {
  const code = figure.querySelector('[data-code] code')?.textContent ?? '';
  return { fence: figure.dataset.fence ?? '', code, hash: hashOf(code) };
});
const session = createSession({ page, base, originals, storage });
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
