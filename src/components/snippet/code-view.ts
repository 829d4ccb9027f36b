import { LINE_BREAK } from './fits.ts';

/** The highlighted code of a snippet while no editor is open. */
export interface CodeView {
  /** The lesson's own code. */
  readonly original: string;
  /** Shows other code in its place. Lines of the original keep their colours; the others are marked as changed. */
  show(code: string): void;
  /** Marks lines (from 1) as wrong, and no others. */
  markErrors(lines: readonly number[]): void;
}

export function createCodeView(code: HTMLElement): CodeView {
  const originals = [...code.querySelectorAll<HTMLElement>(':scope > .line')];
  const texts = originals.map(({ textContent }) => textContent ?? '');
  let lines: readonly HTMLElement[] = originals;
  let marked: HTMLElement[] = [];

  return {
    original: texts.join('\n'),
    show(text) {
      const find = inOrder(texts);
      const shown = text.split(LINE_BREAK).map((line) => {
        const original = originals[find(line) ?? -1];
        // Without the marks that the original may have at the moment.
        return original ? unmarked(original) : changed(line);
      });
      const content = document.createDocumentFragment();
      for (const [index, line] of shown.entries()) content.append(...(index === 0 ? [line] : ['\n', line]));
      // In one step, and only when all of it is there.
      code.replaceChildren(content);
      lines = shown;
      marked = [];
    },
    markErrors(wrong) {
      for (const line of marked) line.classList.remove('has-error');
      marked = wrong.flatMap((number) => lines[number - 1] ?? []);
      for (const line of marked) line.classList.add('has-error');
    },
  };
}

/** Finds lines among the original ones. What was passed over is not found again, so that lines keep their order. */
function inOrder(texts: readonly string[]): (line: string) => number | undefined {
  const places = new Map<string, number[]>();
  for (const [index, text] of texts.entries()) places.set(text, [...(places.get(text) ?? []), index]);
  let from = 0;
  return (line) => {
    const at = places.get(line)?.find((index) => index >= from);
    if (at !== undefined) from = at + 1;
    return at;
  };
}

function unmarked(original: HTMLElement): HTMLElement {
  const line = original.cloneNode(true) as HTMLElement; // a clone is of its original's kind
  line.classList.remove('has-error');
  return line;
}

function changed(text: string): HTMLElement {
  const line = document.createElement('span');
  line.className = 'line is-changed';
  line.textContent = text;
  return line;
}
