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
