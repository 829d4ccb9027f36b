const ID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
const TIME = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})\b/g;

/**
 * Replaces what differs from run to run (UUIDs, ISO time stamps) by its place in the order of appearance, so that the
 * texts of two runs compare equal if and only if the same ids and times stand in the same places.
 */
export function normalise(text: string): string {
  return number(number(text, ID, 'id'), TIME, 'time');
}

/** Whether two texts differ at most in what differs from run to run. */
export function isAlike(one: string, other: string): boolean {
  return normalise(one) === normalise(other);
}

function number(text: string, pattern: RegExp, name: string): string {
  const seen = new Map<string, number>();
  return text.replaceAll(pattern, (found) => {
    const key = found.toLowerCase();
    const place = seen.get(key) ?? seen.size + 1;
    seen.set(key, place);
    return `<${name} ${place}>`;
  });
}
