import type { Row } from './row.ts';

/** Rows as an aligned table, for people. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, unit, value, floor, ratio }) => [
    name,
    `${grouped(value)} ${unit}`,
    floor === undefined ? '' : grouped(floor),
    ratio === undefined ? '' : ratio.toFixed(2),
  ]);
  const all = [['', 'library', 'floor', 'ratio'], ...lines];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  return all
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en');
}
