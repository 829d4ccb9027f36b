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
  const original = originals.map(({ textContent }) => textContent).join('\n');
  const lines = () => [...code.querySelectorAll<HTMLElement>(':scope > .line')];

  return {
    original,
    show(text) {
      const unused = [...originals];
      const shown = text.split('\n').map((line) => {
        const at = unused.findIndex(({ textContent }) => textContent === line);
        if (at < 0) return changed(line);
        // What was passed over is not used again, so that lines keep their order.
        return (
          unused
            .splice(0, at + 1)
            .at(-1)
            ?.cloneNode(true) ?? changed(line)
        );
      });
      code.replaceChildren(...shown.flatMap((line, index) => (index === 0 ? [line] : ['\n', line])));
    },
    markErrors(wrong) {
      for (const [index, line] of lines().entries()) line.classList.toggle('has-error', wrong.includes(index + 1));
    },
  };
}

function changed(text: string): HTMLElement {
  const line = document.createElement('span');
  line.className = 'line is-changed';
  line.textContent = text;
  return line;
}
