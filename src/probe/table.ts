import { formatValue } from './format.ts';

const CELL = { maxArrayLength: 3, breakLength: Number.POSITIVE_INFINITY } as const;
const NARROW = /^[\u0020-\u007e]*$/;
/** Scripts whose letters take two columns of a terminal, which is how Node pads its tables. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** `console.table` for data that is an object or array; undefined for anything else, which Node simply logs. */
export function formatTable(data: unknown, columns?: readonly string[]): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  if (data instanceof Map) {
    const body = [...data].map(([key, value], i) => [String(i), cell(key), cell(value)]);
    return draw(['(iteration index)', 'Key', 'Values'], body);
  }
  if (data instanceof Set) {
    return draw(
      ['(iteration index)', 'Values'],
      [...data].map((value, i) => [String(i), cell(value)]),
    );
  }
  // An object and no list: it puts keys that are numbers first, as Node's tables do.
  const columnsFound: Record<string, true> = Object.create(null);
  let hasValues = false;
  const rows = Object.entries(data).map(([index, row]) => {
    const found = new Map<string, string>();
    if (typeof row !== 'object' || row === null) {
      hasValues = true;
      return { index, found, value: cell(row) };
    }
    for (const key of columns ?? Object.keys(row)) {
      columnsFound[key] = true;
      if (Object.hasOwn(row, key)) found.set(key, cell(Reflect.get(row, key)));
    }
    return { index, found, value: '' };
  });
  const keys = Object.keys(columnsFound);
  return draw(
    ['(index)', ...keys, ...(hasValues ? ['Values'] : [])],
    rows.map(({ index, found, value }) => [
      index,
      ...keys.map((key) => found.get(key) ?? ''),
      ...(hasValues ? [value] : []),
    ]),
  );
}

/** A cell shows nested objects by their kind only, like Node. */
function cell(value: unknown): string {
  const deep = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 2;
  return formatValue(value, { ...CELL, depth: deep ? -1 : 0 });
}

function draw(heads: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = heads.map(
    (head, i) => body.reduce((widest, row) => Math.max(widest, width(row[i] ?? '')), width(head)) + 2,
  );
  const line = (left: string, middle: string, right: string) =>
    left + widths.map((size) => '─'.repeat(size)).join(middle) + right;
  const text = (row: readonly string[]) =>
    `│${widths.map((size, i) => ` ${row[i] ?? ''}${' '.repeat(size - 1 - width(row[i] ?? ''))}`).join('│')}│`;
  return [line('┌', '┬', '┐'), text(heads), line('├', '┼', '┤'), ...body.map(text), line('└', '┴', '┘')].join('\n');
}

function width(text: string): number {
  if (NARROW.test(text)) return text.length;
  let columns = 0;
  for (const letter of text.normalize('NFC')) columns += /\p{Mark}/u.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
  return columns;
}
