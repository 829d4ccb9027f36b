/**
 * What a program prints can be costly to draw in a few characters: lines of great length, texts that change direction at
 * every letter, hundreds of marks on one letter. So a text is shown in pieces, the first at once and the others as the
 * reader asks for them, and stacks of marks are cut. (Seen: one letter with 99,000 marks ends the page's process.)
 */

/** The size of the piece that is shown at once, and of each one that the reader asks for. */
const FIRST = { characters: 2_000, lines: 100 };
const FURTHER = { characters: 10_000, lines: 500 };

/** How many marks and invisible characters may follow each other; emoji and scripts need fewer. */
const MAX_MARKS = 12;
const STACK = new RegExp(`([\\p{M}\\p{Cf}]{${MAX_MARKS}})([\\p{M}\\p{Cf}]+)`, 'gu');

/** How many times longer a letter of such a script takes: one that joins letters, or runs from right to left; emoji. */
const COSTLY = 20;
/** Everything but Latin, Greek, Cyrillic, Armenian, punctuation, the signs of tables, and the scripts of East Asia. */
const COSTLY_LETTERS =
  /[^\t\n\r -\u02ff\u0370-\u0590\u1e00-\u200a\u2010-\u2027\u2030-\u205f\u20a0-\u25ff\u2e80-\ud7ff]/g;
/** From this cost on, a text is laid out only while it is near the eye. */
const HEAVY = 4_000;

/** Shows a text in an empty element. Returns what it costs to draw, in plain letters. */
export function showText(element: HTMLElement, text: string): number {
  const end = endOfPiece(text, 0, FIRST);
  const shown = withoutStacks(text.slice(0, end));
  element.textContent = shown;
  if (end < text.length) element.append(rest(text, end));
  const cost = shown.length + COSTLY * (shown.match(COSTLY_LETTERS)?.length ?? 0);
  if (cost > HEAVY) element.classList.add('is-heavy');
  return cost;
}

/** A button that shows the next piece in its place, and after it the button for the piece after that. */
function rest(text: string, from: number): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'more';
  const label = `… ${(text.length - from).toLocaleString('en')} more characters`;
  // Drawn by the style sheet, so that the console's text is what was printed and no more.
  button.dataset.more = label;
  button.ariaLabel = label;
  button.addEventListener('click', (event) => {
    event.stopPropagation();
    const end = endOfPiece(text, from, FURTHER);
    // In a box of its own: the pieces before it need not be laid out again.
    const piece = document.createElement('div');
    piece.className = 'piece';
    piece.textContent = withoutStacks(text.slice(from, end));
    const next = end < text.length ? [rest(text, end)] : [];
    button.replaceWith(piece, ...next);
    next[0]?.focus();
  });
  return button;
}

/** Where a piece ends that starts at `from`: before it is too long, and not within a character. */
export function endOfPiece(text: string, from: number, { characters, lines } = FIRST): number {
  let end = Math.min(text.length, from + characters);
  for (let line = 0, at = from; line < lines; line++) {
    at = text.indexOf('\n', at) + 1;
    if (at === 0 || at > end) break;
    if (line === lines - 1) end = at;
  }
  const splits = end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return splits ? end - 1 : end;
}

/** Leaves the first of many marks on one letter, and says how many there were. */
export function withoutStacks(text: string): string {
  return text.replace(STACK, (_, kept: string, cut: string) => `${kept}⟨${[...cut].length} more marks⟩`);
}
