import { ArgumentError } from '../domain/errors.ts';

/** PostgreSQL cuts longer names off, silently. */
const LONGEST_NAME = 63;

/** As long as the longest ending that a store adds to the name of an application. */
const ROOM_FOR_ENDING = '_snapshots'.length;

/** Names that need no quotes in any database. They are quoted nevertheless, and so are never taken for a keyword. */
const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Every store takes the same names, so that an application which began in memory can move to a database.
 *
 * @throws {ArgumentError} unless the names of tables can begin with this one.
 */
export function checkApplicationName(name: string): void {
  const what = `The application name ${JSON.stringify(name)}, which the names of its tables begin with,`;
  checkName(name, LONGEST_NAME - ROOM_FOR_ENDING, what, "Give the application another, for example { name: 'school' }");
}

/** What is in the name of a table besides those of the projection and of the table: `_1_`, with room for more generations. */
const ROOM_FOR_GENERATION = '_999999_'.length;

/** The longest that the names of a projection and of one of its tables are together. */
export const LONGEST_VIEW_NAMES = LONGEST_NAME - ROOM_FOR_GENERATION;

/** @throws {ArgumentError} unless the names of tables can begin with this one. */
export function checkProjectionName(name: string): void {
  const what = `The projection name ${JSON.stringify(name)}, which the names of its tables begin with,`;
  checkName(name, LONGEST_VIEW_NAMES - 1, what, "Give the projection another, for example { name: 'Balances' }");
}

/** Names that a table of a projection can't have, since those of an application could be meant. */
const RESERVED_TABLES = /^(events|snapshots|keys|positions|parked|seq|save|__proto__)$/i;

/** Names that some database has for something of its own in every table. */
const RESERVED_COLUMNS = /^(id|rowid|oid|_rowid_|ctid|xmin|xmax|cmin|cmax|tableoid|__proto__)$/i;

/** What is wrong with the name of a projection's table, or nothing. */
export function faultOfTable(projection: string, table: string): string | undefined {
  const longest = LONGEST_VIEW_NAMES - projection.length;
  return RESERVED_TABLES.test(table) ? 'is reserved' : faultOf(table, longest);
}

/** What is wrong with the name of a column, or nothing. */
export function faultOfColumn(column: string): string | undefined {
  return RESERVED_COLUMNS.test(column) ? 'is reserved' : faultOf(column, LONGEST_NAME);
}

/** @throws {ArgumentError} unless a schema can have this name. */
export function checkSchemaName(schema: string): void {
  checkName(
    schema,
    LONGEST_NAME,
    `The schema name ${JSON.stringify(schema)}`,
    "Give another, for example { schema: 'school' }",
  );
}

function checkName(name: string, longest: number, what: string, remedy: string): void {
  const wrong = faultOf(name, longest);
  if (wrong !== undefined) throw new ArgumentError(`${what} ${wrong}. ${remedy}.`);
}

function faultOf(name: string, longest: number): string | undefined {
  if (name.length > longest) return `is longer than ${longest} characters`;
  if (/^(sqlite|pg)_/i.test(name)) return 'begins like the tables of the database itself';
  if (PLAIN_NAME.test(name)) return undefined;
  return 'is empty, has other characters than letters from A to Z, digits and _, or starts with a digit';
}
