/** The tabs above an editor, in the place where the snippet's file name stood. */
export interface Tabs {
  show(names: readonly string[]): void;
  select(name: string): void;
  /** Says which tab a panel belongs to. */
  label(panel: HTMLElement, name: string): void;
}

export function createTabs(place: HTMLElement, choose: (name: string) => void): Tabs {
  // Of several alternatives in a figure, each has an editor and tabs of its own.
  const id = `tabs-${place.dataset.tabs || (place.closest('figure')?.id ?? '')}`;
  const idOf = (name: string) => `${id}-${name}`;
  const buttons = () => [...place.querySelectorAll<HTMLButtonElement>('[role="tab"]')];
  let selected = '';
  let panelId = '';

  const mark = () => {
    for (const button of buttons()) {
      const current = button.dataset.name === selected;
      button.ariaSelected = String(current);
      button.tabIndex = current ? 0 : -1;
      if (current && panelId) button.setAttribute('aria-controls', panelId);
      else button.removeAttribute('aria-controls');
    }
  };

  place.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const all = buttons();
    const next = all[(all.findIndex(({ dataset }) => dataset.name === selected) + step + all.length) % all.length];
    next?.focus();
    if (next?.dataset.name) choose(next.dataset.name);
    event.preventDefault();
  });

  return {
    show(names) {
      place.role = 'tablist';
      place.ariaLabel = 'Files';
      place.replaceChildren(
        ...names.map((name) => {
          const button = document.createElement('button');
          button.type = 'button';
          button.role = 'tab';
          button.className = 'snippet-file';
          button.id = idOf(name);
          button.dataset.name = name;
          button.textContent = name;
          button.addEventListener('click', () => choose(name));
          return button;
        }),
      );
      selected ||= names[0] ?? '';
      mark();
    },
    select(name) {
      selected = name;
      mark();
    },
    label(panel, name) {
      panel.id = `${id}-panel`;
      panelId = panel.id;
      panel.setAttribute('aria-labelledby', idOf(name));
      mark();
    },
  };
}
