/**
 * What a snippet has room for. Code beyond this would keep the page busy for seconds, and so it is neither shown nor run:
 * what is shown is what runs. The longest snippet of the book is twenty times shorter.
 */
export const MAX_CODE_CHARACTERS = 40_000;
export const MAX_CODE_LINES = 1_500;
/** Within a line; texts that change direction take ever longer to lay out. */
const MAX_LINE_CHARACTERS = 4_000;
/** How many marks may stand on one letter. */
const STACK = /[\p{M}\p{Cf}]{50}/u;

/** What of a code is too much for a snippet, in words; nothing, if it fits. */
export function whyTooMuch(code: string): string | undefined {
  if (code.length > MAX_CODE_CHARACTERS) {
    return `${number(code.length)} characters, and ${number(MAX_CODE_CHARACTERS)} is the most`;
  }
  const lines = code.split(LINE_BREAK);
  if (lines.length > MAX_CODE_LINES) {
    return `${number(lines.length)} lines, and ${number(MAX_CODE_LINES)} is the most`;
  }
  const long = lines.findIndex((line) => line.length > MAX_LINE_CHARACTERS);
  if (long >= 0) return `more than ${number(MAX_LINE_CHARACTERS)} characters in line ${number(long + 1)}`;
  return STACK.test(code) ? 'dozens of accents on one letter' : undefined;
}

/** What ends a line: the same for the page and for the program that is put together of its snippets. */
export const LINE_BREAK = /\r\n|\r|\n/;

function number(count: number): string {
  return count.toLocaleString('en');
}
