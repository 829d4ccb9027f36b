import type { Figure } from './figure.ts';
import { whyTooMuch } from './fits.ts';
import type { PageState } from './page-state.ts';

/** The place above a figure's code that says what became of an edit which does not stand there. */
export interface Note {
  show(): void;
  /** Says why a change was not made. */
  refuse(reason: string): void;
}

/** @param use puts an edit in the place of the code */
export function createNote({ note, shown }: Figure, page: PageState, use: (code: string) => void): Note {
  if (!note) return { show() {}, refuse() {} };
  const say = (text: string, ...buttons: readonly HTMLButtonElement[]) => {
    note.replaceChildren(text, ...buttons);
    note.hidden = false;
  };
  const choice = (text: string, work: () => void) =>
    button(text, () => {
      work();
      show();
    });
  const show = () => {
    const { fence } = shown();
    const withheld = page.withheld(fence);
    const old = page.outdated(fence);
    note.hidden = true;
    if (withheld) {
      say(
        `An edit of this snippet is kept in this browser, but it can’t be shown here, and so it isn’t run: ${whyTooMuch(withheld.code) ?? 'the browser failed to show it'}. The code above is what runs. `,
        button('Download my edit', () => download(withheld.code, `${fence}.ts`)),
        choice('Forget my edit', () => page.dropWithheld(fence)),
      );
    } else if (old) {
      say(
        'This snippet has changed since you edited it. ',
        choice('Use my edit', () => {
          page.dropOutdated(fence);
          use(old.code);
        }),
        choice('Forget my edit', () => page.dropOutdated(fence)),
      );
    }
  };
  return {
    show,
    refuse: (reason) =>
      say(
        `The code was left as it is, since this change would make it too much for a snippet: ${reason}. `,
        button('Understood', show),
      ),
  };
}

function button(text: string, act: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.addEventListener('click', act);
  return made;
}

/** Hands a text to the reader as a file. */
function download(text: string, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = name;
  link.click();
  // The browser reads it after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
