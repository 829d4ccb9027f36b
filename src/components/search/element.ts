/** The part of Pagefind's interface that is used here. Its script is written by the build, beside its index. */
interface Pagefind {
  debouncedSearch(query: string): Promise<{ readonly results: readonly { data(): Promise<Result> }[] } | null>;
}

interface Result {
  readonly url: string;
  readonly meta: { readonly title?: string };
  readonly excerpt: string;
  readonly sub_results: readonly { readonly url: string; readonly title: string; readonly excerpt: string }[];
}

const mostResults = 8;

class SiteSearch extends HTMLElement {
  connectedCallback(): void {
    const dialog = this.querySelector('dialog');
    const input = this.querySelector('input');
    const message = this.querySelector('.search-message');
    const list = this.querySelector('.search-results');
    const button = this.querySelector('.search-open');
    if (!dialog || !input || !message || !list || !button) return;

    let index: Promise<Pagefind> | undefined;
    const open = () => {
      dialog.showModal();
      input.select();
      index ??= loadIndex();
      index.catch(() => {
        message.textContent = import.meta.env.DEV
          ? 'The search index is written by the build. Search works on the built site.'
          : 'The search index could not be loaded. Reload the page to try again.';
      });
    };
    button.addEventListener('click', open);
    addEventListener('keydown', (event) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      if (!dialog.open) open();
    });
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) dialog.close();
    });
    // Return in the field goes to the first result instead of closing the dialog.
    input.form?.addEventListener('submit', (event) => {
      if (event.submitter && document.activeElement !== input) return;
      event.preventDefault();
      list.querySelector('a')?.click();
    });
    input.addEventListener('input', async () => {
      const query = input.value.trim();
      if (query === '') {
        message.textContent = '';
        list.replaceChildren();
        return;
      }
      const found = await (await index)?.debouncedSearch(query);
      // Null means that another letter has been typed since.
      if (!found) return;
      const results = await Promise.all(found.results.slice(0, mostResults).map((result) => result.data()));
      if (input.value.trim() !== query) return;
      const count = found.results.length;
      message.textContent = count === 0 ? `Nothing found for “${query}”.` : count === 1 ? '1 page' : `${count} pages`;
      list.replaceChildren(...results.map(render));
    });
  }
}

async function loadIndex(): Promise<Pagefind> {
  const base = import.meta.env.BASE_URL.replace(/\/?$/, '/');
  return (await import(/* @vite-ignore */ `${base}pagefind/pagefind.js`)) as Pagefind;
}

function render(result: Result): HTMLLIElement {
  const item = document.createElement('li');
  const link = document.createElement('a');
  const title = document.createElement('strong');
  const excerpt = document.createElement('span');
  // The section that matches is nearer to what was asked than the top of its page.
  const section = result.sub_results[0];
  link.href = section?.url ?? result.url;
  title.textContent = result.meta.title ?? result.url;
  if (section && section.title !== result.meta.title) title.append(`: ${section.title}`);
  // Pagefind's excerpt is our own text, escaped, with <mark> around the words that were found.
  excerpt.innerHTML = section?.excerpt ?? result.excerpt;
  link.append(title, excerpt);
  item.append(link);
  return item;
}

customElements.define('site-search', SiteSearch);
