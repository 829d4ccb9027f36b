import { ArgumentError } from '../index.ts';

/** PostgreSQL cuts longer names off, silently. */
const LONGEST_NAME = 63;

/** Names that need no quotes in any database. They are quoted nevertheless, and so are never taken for a keyword. */
const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The name of the table that holds the events of an application.
 *
 * @throws {ArgumentError} if the name of the application cannot be part of it.
 */
export function eventsTable(application: string): string {
  return checkedName(
    `${application}_events`,
    `The application name ${JSON.stringify(application)} gives a table name`,
    "Give the application another, for example { name: 'school' }",
  );
}

/** @throws {ArgumentError} unless the name can stand in SQL as it is. */
export function checkedName(name: string, what: string, remedy: string): string {
  const wrong = faultOf(name);
  if (wrong === undefined) return name;
  throw new ArgumentError(`${what} (${name}) that ${wrong}. ${remedy}.`);
}

function faultOf(name: string): string | undefined {
  if (name.length > LONGEST_NAME) return `is longer than ${LONGEST_NAME} characters`;
  if (/^(sqlite|pg)_/i.test(name) || name === '_events') return 'is reserved';
  if (PLAIN_NAME.test(name)) return undefined;
  return 'is empty, has other characters than letters from A to Z, digits and _, or starts with a digit';
}
