import {
  checkedLimit,
  type StoredRow,
  StoreError,
  type ViewColumn,
  type ViewGeneration,
  type ViewSelection,
  type ViewTable,
  type ViewValue,
} from '../index.ts';
import { type Row, toInteger, toText } from './rows.ts';

/** A condition or more in SQL, with its values. */
export interface SqlPart {
  readonly sql: string;
  readonly values: readonly ViewValue[];
}

/** Writes the placeholder of the nth value: `?` or `$1`. */
export type Placeholder = (n: number) => string;

/** The columns in the order in which rows have them, for a select. */
export function columnList(table: ViewTable, shown: (column: ViewColumn) => string = quoted): string {
  return ['"id"', ...table.columns.map(shown)].join(', ');
}

export function quoted({ name }: Pick<ViewColumn, 'name'>): string {
  return `"${name}"`;
}

export function whereSql(table: ViewTable, where: ViewSelection['where'], placeholder: Placeholder): SqlPart {
  const values: ViewValue[] = [];
  const conditions = (where ?? []).map(({ column, value }) => {
    if (value === null) return `${known(table, column)} IS NULL`;
    values.push(value);
    return `${known(table, column)} = ${placeholder(values.length)}`;
  });
  return { sql: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}

/** What follows the name of the table in a select. */
export function selectionSql(table: ViewTable, selection: ViewSelection, placeholder: Placeholder): SqlPart {
  const { sql, values } = whereSql(table, selection.where, placeholder);
  const { orderBy = [], limit, offset = 0 } = selection;
  const order = orderBy.map(
    ({ column, desc }) => `${known(table, column)} ${desc ? 'DESC NULLS LAST' : 'ASC NULLS FIRST'}`,
  );
  const bounds = [Math.min(checkedLimit(limit), Number.MAX_SAFE_INTEGER), checkedLimit(offset)];
  const [most, first] = [placeholder(values.length + 1), placeholder(values.length + 2)];
  return {
    sql: `${sql} ORDER BY ${[...order, '"id"'].join(', ')} LIMIT ${most} OFFSET ${first}`,
    values: [...values, ...bounds],
  };
}

function known(table: ViewTable, column: string): string {
  if (column === 'id' || table.columns.some(({ name }) => name === column)) return `"${column}"`;
  throw new TypeError(`The table ${table.name} has no column ${column}.`);
}

export function tableIn(generation: ViewGeneration, name: string): ViewTable {
  const table = generation.tables.find((each) => each.name === name);
  if (table === undefined) throw new TypeError(`There is no table ${name}.`);
  return table;
}

/** Reads a row of {@link columnList}. */
export function toStoredRow(table: ViewTable, row: Row): StoredRow {
  const { columns } = table;
  const values: ViewValue[] = [];
  for (let index = 0; index < columns.length; index++) {
    const type = columns[index]?.type;
    const value = row[index + 1];
    if (value === null || value === undefined) values.push(null);
    else if (type === 'integer') values.push(toInteger(value));
    else if (type === 'real') values.push(toReal(value));
    else if (type === 'boolean') values.push(typeof value === 'boolean' ? value : toInteger(value) !== 0);
    else values.push(toText(value));
  }
  return { id: toText(row[0]), values };
}

function toReal(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  throw new StoreError('ES_STORE_SCHEMA', `The database answered with ${typeof value} where a number should be.`);
}
