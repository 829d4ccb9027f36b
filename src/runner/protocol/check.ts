/**
 * Small readers for data from somewhere else. They return undefined where the data is not what it should be, and build
 * new values out of what they checked, so that nothing unchecked travels along.
 */

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a string that means something only as a whole, such as a name: one that is too long is none. */
export function readString(value: unknown, max: number): string | undefined {
  return typeof value === 'string' && value.length <= max ? value : undefined;
}

/** Reads a text to be shown: one that is too long is cut, and says so. */
export function readText(value: unknown, max: number): string | undefined {
  return typeof value === 'string' ? cutText(value, max) : undefined;
}

/** Cuts a text to `max` characters, the remark about it included: so that a cut text is not cut again further on. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const remark = `… (cut: ${text.length} characters)`;
  return text.slice(0, max - remark.length) + remark;
}

export function readCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Reads a line or column, which count from 1. */
export function readPosition(value: unknown): number | undefined {
  const position = readCount(value);
  return position === 0 ? undefined : position;
}

/** Reads the first `max` items of a list; an item that is not what it should be makes the whole list undefined. */
export function readList<T>(value: unknown, max: number, read: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items: T[] = [];
  for (const item of value.slice(0, max)) {
    const checked = read(item);
    if (checked === undefined) return undefined;
    items.push(checked);
  }
  return items;
}
