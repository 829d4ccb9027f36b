import { checkedLimit } from './limits.ts';
import type { StoredRow, ViewSelection, ViewTable, ViewValue } from './view-recorder.ts';

/**
 * For recorders: what a selection selects, of rows that are at hand.
 *
 * @throws {ArgumentError} if the limit or the offset is no whole number from 0.
 * @example
 * ```ts
 * import { selectRows } from 'eventsourcing';
 *
 * const table = { name: 'dogs', columns: [{ name: 'age', type: 'integer', nullable: false }] } as const;
 * const rows = [{ id: 'Fido', values: [3] }, { id: 'Rex', values: [5] }];
 * const found = selectRows(table, rows, { orderBy: [{ column: 'age', desc: true }], limit: 1 });
 * console.log(found.map(({ id }) => id)); // [ 'Rex' ]
 * ```
 */
export function selectRows(table: ViewTable, rows: Iterable<StoredRow>, selection: ViewSelection): StoredRow[] {
  const { where = [], orderBy = [], limit, offset } = selection;
  const from = offset === undefined ? 0 : checkedLimit(offset);
  const to = from + checkedLimit(limit);
  const conditions = where.map(({ column, value }) => ({ read: reader(table, column), value }));
  const found: StoredRow[] = [];
  for (const row of rows) if (conditions.every(({ read, value }) => read(row) === value)) found.push(row);
  const keys = [...orderBy, { column: 'id', desc: false }].map(({ column, desc }) => ({
    read: reader(table, column),
    sign: desc ? -1 : 1,
  }));
  found.sort((a, b) => {
    for (const { read, sign } of keys) {
      const order = compareValues(read(a), read(b));
      if (order !== 0) return sign * order;
    }
    return 0;
  });
  return found.slice(from, to);
}

function reader(table: ViewTable, column: string): (row: StoredRow) => ViewValue {
  if (column === 'id') return (row) => row.id;
  const index = table.columns.findIndex(({ name }) => name === column);
  return (row) => row.values[index] ?? null;
}

function compareValues(a: ViewValue, b: ViewValue): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  return a < b ? -1 : 1;
}

const FIRST_SURROGATE = 0xd800;

/** By code points, as databases do, and not by halves of them, as JavaScript does. */
function compareTexts(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let index = 0; index < end; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x === y) continue;
    if (x < FIRST_SURROGATE || y < FIRST_SURROGATE) return x - y;
    // What comes after the halves of characters, as units of JavaScript, comes before the characters that they are halves of.
    return unit(x) - unit(y);
  }
  return a.length - b.length;
}

function unit(code: number): number {
  const AFTER_SURROGATES = 0xe000;
  return code >= AFTER_SURROGATES ? code - AFTER_SURROGATES : code + AFTER_SURROGATES;
}
