import { frozenInPlace } from '../domain/values/freeze.ts';
import { isRecord } from '../domain/values/is-record.ts';
import { described, isStorable } from '../domain/values/text.ts';
import {
  DefinitionError,
  faultOfColumn,
  faultOfTable,
  type StoredRow,
  type ViewColumn,
  type ViewColumnType,
  type ViewSelection,
  type ViewTable,
  type ViewValue,
} from '../index.ts';
import { RowError } from './errors.ts';
import { jsonFault } from './json.ts';

/** A row, whatever table it's of. */
export type AnyRow = { readonly id: string } & Readonly<Record<string, unknown>>;

const TYPE = /^(text|integer|real|boolean|json)(\?)?$/;

const LONGEST_ID = 1_000;

const EXPECTED: Readonly<Record<ViewColumnType, string>> = {
  text: 'text',
  integer: 'a whole number that is safe (up to 2^53 - 1)',
  real: 'a finite number',
  boolean: 'true or false',
  json: 'what JSON can hold',
};

/**
 * Reads the tables as they were defined.
 *
 * @throws {DefinitionError} if they can't be tables.
 */
export function parsedTables(projection: string, tables: unknown): readonly ViewTable[] {
  const refuse = (what: string): never => {
    throw new DefinitionError('ES_PROJECTION', `The projection ${projection} can't be made: ${what}.`);
  };
  if (!isRecord(tables) || Object.keys(tables).length === 0) return refuse('it has no tables');
  refuseTwins(Object.keys(tables), 'tables', refuse);
  return Object.entries(tables).map(([name, columns]) => {
    const fault = faultOfTable(projection, name);
    if (fault !== undefined) return refuse(`the table name ${JSON.stringify(name)} ${fault}`);
    if (!isRecord(columns)) return refuse(`the columns of the table ${name} are ${described(columns)}`);
    refuseTwins(Object.keys(columns), `columns of the table ${name}`, refuse);
    return {
      name,
      columns: Object.entries(columns).map(([column, type]) => {
        const wrong = faultOfColumn(column);
        if (wrong !== undefined)
          return refuse(`the column name ${JSON.stringify(column)} of the table ${name} ${wrong}`);
        return (
          columnOf(column, type) ?? refuse(`the column ${column} of the table ${name} has the type ${described(type)}`)
        );
      }),
    };
  });
}

/** SQLite doesn't tell such names apart. */
function refuseTwins(names: readonly string[], what: string, refuse: (what: string) => never): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined) refuse(`the ${what} ${twin} and ${name} differ in the case of letters only`);
    seen.set(name.toLowerCase(), name);
  }
}

function columnOf(name: string, type: unknown): ViewColumn | undefined {
  const found = typeof type === 'string' ? TYPE.exec(type) : null;
  switch (found?.[1]) {
    case 'text':
    case 'integer':
    case 'real':
    case 'boolean':
    case 'json':
      return { name, type: found[1], nullable: found[2] === '?' };
    default:
      return undefined;
  }
}

/** What differs between stored tables and defined ones. */
export function differences(stored: readonly ViewTable[], defined: readonly ViewTable[]): string[] {
  const [before, after] = [columnsOf(stored), columnsOf(defined)];
  const found: string[] = [];
  for (const [column, type] of after) {
    const was = before.get(column);
    if (was === undefined) found.push(`${column} is missing`);
    else if (was !== type) found.push(`${column} is ${was}, and should be ${type}`);
  }
  for (const column of before.keys()) if (!after.has(column)) found.push(`${column} isn't in the definition`);
  return found;
}

function columnsOf(tables: readonly ViewTable[]): ReadonlyMap<string, string> {
  const columns = new Map<string, string>();
  for (const table of tables) {
    columns.set(`${table.name}.id`, 'text');
    for (const { name, type, nullable } of table.columns)
      columns.set(`${table.name}.${name}`, nullable ? `${type}?` : type);
  }
  return columns;
}

/** Checks the rows of a table, and turns them into what is stored and back. */
export class Shape {
  readonly projection: string;
  readonly table: ViewTable;
  readonly #columns: ReadonlyMap<string, ViewColumn>;

  constructor(projection: string, table: ViewTable) {
    this.projection = projection;
    this.table = table;
    this.#columns = new Map(table.columns.map((column) => [column.name, column]));
  }

  /** @throws {RowError} unless a row can have this id. */
  checkId(id: unknown): string {
    if (typeof id === 'string' && id.length > 0 && id.length <= LONGEST_ID && isStorable(id)) return id;
    const fault = `the id of a row must be text of 1 to ${LONGEST_ID} characters that can be stored, not ${described(id)}.`;
    throw new RowError({ projection: this.projection, table: this.table.name }, fault);
  }

  /**
   * A row of these values.
   *
   * @param before the row that has the id until now, if it's known. What is as it was needn't be looked at again.
   * @throws {RowError} if they aren't what the columns hold.
   */
  row(id: string, values: unknown, before?: AnyRow): AnyRow {
    const given = this.#given(id, values);
    const row: Record<string, unknown> & { id: string } = { id };
    for (const column of this.table.columns) {
      const { name } = column;
      const value = given[name];
      row[name] = value !== undefined && value === before?.[name] ? value : this.#value(column, value, id);
    }
    return Object.freeze(row);
  }

  /** A row with some other values. @throws {RowError} if they aren't what the columns hold. */
  updated(before: AnyRow, values: unknown): AnyRow {
    const { id } = before;
    const given = this.#given(id, values);
    const row: Record<string, unknown> & { id: string } = { id };
    for (const column of this.table.columns) {
      const { name } = column;
      const value = given[name];
      row[name] = value === undefined ? before[name] : this.#value(column, value, id);
    }
    return Object.freeze(row);
  }

  stored(row: AnyRow): StoredRow {
    return { id: row.id, values: this.table.columns.map(({ name, type }) => toStored(type, row[name])) };
  }

  read({ id, values }: StoredRow): AnyRow {
    const row: Record<string, unknown> & { id: string } = { id };
    const { columns } = this.table;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index];
      if (column === undefined) continue;
      const value = values[index] ?? null;
      row[column.name] = column.type === 'json' && typeof value === 'string' ? frozenInPlace(JSON.parse(value)) : value;
    }
    return Object.freeze(row);
  }

  /** @throws {RowError} if no rows can be selected so. */
  selection(options: unknown): ViewSelection {
    if (options === undefined) return {};
    if (!isRecord(options))
      return this.#refuse(undefined, undefined, `options are an object, not ${described(options)}.`);
    const { where = {}, orderBy, limit, offset } = options;
    if (!isRecord(where)) return this.#refuse(undefined, undefined, `where is an object, not ${described(where)}.`);
    return {
      where: Object.entries(where).map(([name, value]) => {
        const column = this.#comparable(name);
        if (value === undefined) {
          this.#refuse(undefined, name, 'where asks for undefined. Leave the column out, or ask for null.');
        }
        return {
          column: name,
          value: toStored(column.type, this.#value({ ...column, nullable: true }, value, undefined)),
        };
      }),
      orderBy: orderBy === undefined ? [] : [this.#order(orderBy)],
      limit: this.#amount('limit', limit),
      offset: this.#amount('offset', offset),
    };
  }

  /** Values that are all of columns. */
  #given(id: string, values: unknown): Readonly<Record<string, unknown>> {
    if (!isRecord(values))
      return this.#refuse(id, undefined, `the values of a row must be an object, not ${described(values)}.`);
    for (const name in values) {
      if (this.#columns.has(name) || (name === 'id' && (values.id === id || values.id === undefined))) continue;
      const names = [...this.#columns.keys()].join(', ') || 'none';
      const fault =
        name === 'id'
          ? `the id can't become ${described(values.id)}.`
          : `there is no such column. The columns are: ${names}.`;
      this.#refuse(id, name, fault);
    }
    return values;
  }

  #order(orderBy: unknown): { column: string; desc: boolean } {
    const [column, direction = 'asc']: readonly unknown[] = Array.isArray(orderBy) ? orderBy : [orderBy];
    if (typeof column !== 'string' || (direction !== 'asc' && direction !== 'desc')) {
      return this.#refuse(undefined, undefined, "orderBy is the name of a column, or ['name', 'desc'].");
    }
    this.#comparable(column);
    return { column, desc: direction === 'desc' };
  }

  #amount(what: string, amount: unknown): number | undefined {
    if (amount === undefined) return undefined;
    if (typeof amount === 'number' && Number.isSafeInteger(amount) && amount >= 0) return amount;
    return this.#refuse(undefined, undefined, `${what} must be a whole number from 0, not ${described(amount)}.`);
  }

  #comparable(name: string): ViewColumn {
    const column = name === 'id' ? ID : this.#columns.get(name);
    if (column === undefined) return this.#refuse(undefined, name, 'there is no such column.');
    if (column.type === 'json') {
      return this.#refuse(undefined, name, 'rows can be neither selected nor ordered by what JSON holds.');
    }
    return column;
  }

  #value({ name, type, nullable }: ViewColumn, value: unknown, id: string | undefined): unknown {
    if (value === undefined || value === null) {
      if (nullable) return null;
      return this.#refuse(
        id,
        name,
        `expected ${EXPECTED[type]}, and got ${String(value)}. Null needs the type '${type}?'.`,
      );
    }
    switch (type) {
      case 'text':
        if (typeof value === 'string' && isStorable(value)) return value;
        break;
      case 'integer':
        // Adding 0 turns -0 into 0, since not every database has the former.
        if (Number.isSafeInteger(value)) return Number(value) + 0;
        break;
      case 'real':
        if (Number.isFinite(value)) return Number(value) + 0;
        break;
      case 'boolean':
        if (typeof value === 'boolean') return value;
        break;
      case 'json': {
        const fault = jsonFault(value);
        // A copy, which nobody else can change.
        if (fault === undefined) return frozenInPlace(JSON.parse(JSON.stringify(value)));
        return this.#refuse(id, name, `expected ${EXPECTED[type]}, but ${fault.path || 'the value'} ${fault.fault}.`);
      }
    }
    const unstorable =
      typeof value === 'string' && !isStorable(value) ? ', which has characters that databases refuse' : '';
    return this.#refuse(id, name, `expected ${EXPECTED[type]}, and got ${described(value)}${unstorable}.`);
  }

  #refuse(id: string | undefined, column: string | undefined, fault: string): never {
    throw new RowError({ projection: this.projection, table: this.table.name, id, column }, fault);
  }
}

const ID: ViewColumn = { name: 'id', type: 'text', nullable: false };

function toStored(type: ViewColumnType, value: unknown): ViewValue {
  if (value === null || value === undefined) return null;
  if (type === 'json') return JSON.stringify(value);
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    default:
      throw new TypeError(`A row holds ${described(value)}, which was not checked.`);
  }
}
