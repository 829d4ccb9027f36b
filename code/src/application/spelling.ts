/**
 * Which names look like a misspelling of which others. Capitals and everything between words count for nothing; what
 * counts is how many letters are missing, too many, wrong, or in each other's place.
 */

/** In a word of this length, a slip still leaves more than it changes. */
const SHORT = 3;
/** Up to here, a family is named by an abbreviation, which one slip makes another of. */
const LONG_WORD = 5;
/** From here on, two slips make no other word. */
const LONG_REST = 8;
/** Behind an application's prefix, a third of a name may be wrong, but never more than this. */
const MOST_SLIPS = 4;

/** How far a name is from a known one, if that's so near that it is most likely meant; otherwise undefined. */
export type Distance = (given: string, known: string) => number | undefined;

/**
 * For names that anybody may have given. The first word of a known name says what it belongs to, and it's the others that
 * tell such names apart: so each part has slips of its own, and `POSTGRES_POOL` isn't near `POSTGRES_PORT`.
 */
export const strictly: Distance = (given, known) => {
  // With a word in front, it's somebody else's of the same name.
  if (given.toUpperCase().endsWith(`_${known}`)) return undefined;
  const [family, rest] = partsOf(known);
  const letters = bare(given);
  const ends = wordEndsOf(given);
  const slips = family.length < LONG_WORD ? 0 : 1;
  const restSlips = rest.length < SHORT ? 0 : rest.length < LONG_REST ? 1 : 2;
  let nearest: number | undefined;
  for (let at = Math.max(0, family.length - slips); at <= Math.min(letters.length, family.length + slips); at++) {
    const [first, second] = [editsBetween(letters.slice(0, at), family), editsBetween(letters.slice(at), rest)];
    const edits = first + second;
    if (first > slips || second > restSlips || edits >= (nearest ?? Number.POSITIVE_INFINITY)) continue;
    // Where the words end elsewhere, that's one difference more.
    if (edits > 1 && ends.length > 1 && !ends.includes(at)) continue;
    nearest = edits;
  }
  return nearest;
};

/** For names that are most likely ours anyway. */
export const loosely: Distance = (given, known) => {
  const letters = bare(known);
  const edits = editsBetween(bare(given), letters);
  const slips = Math.min(MOST_SLIPS, Math.floor(letters.length / 3));
  return edits <= slips ? edits : strictly(given, known);
};

/** Whether a word is most likely a slip in another one, and not another word: `App2` is none in `App1`, nor `Orders` in `Order`. */
export function isSlip(given: string, word: string): boolean {
  const [one, other] = [bare(given), bare(word)];
  if (one === other) return true;
  const digits = /\d/g;
  const isOther = one.replace(digits, '') === other.replace(digits, '') || `${one}S` === other || `${other}S` === one;
  return !isOther && other.length > LONG_WORD && editsBetween(one, other) === 1;
}

/** Whether two names have the same first word. */
export function haveOneFamily(one: string, other: string): boolean {
  return partsOf(one)[0] === partsOf(other)[0];
}

/** The letters and digits of a name. */
function bare(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}

/** After how many letters each word of a name ends. */
function wordEndsOf(name: string): number[] {
  let end = 0;
  return name
    .split(/[^a-z0-9]+/i)
    .filter((word) => word !== '')
    .map((word) => {
      end += word.length;
      return end;
    });
}

function partsOf(known: string): [family: string, rest: string] {
  const at = known.indexOf('_');
  return at < 0 ? ['', bare(known)] : [bare(known.slice(0, at)), bare(known.slice(at))];
}

/** How many letters have to be put in, left out, changed, or swapped with the next one to make one text of another. */
export function editsBetween(one: string, other: string): number {
  let last: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const [left = 0, above = 0, diagonal = 0] = [next[j - 1], row[j], row[j - 1]];
      const isSame = one[i - 1] === other[j - 1];
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const swapped = isSwapped ? (last[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next[j] = Math.min(left + 1, above + 1, diagonal + (isSame ? 0 : 1), swapped);
    }
    [last, row] = [row, next];
  }
  return row[other.length] ?? 0;
}
