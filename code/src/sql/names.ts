import { ArgumentError } from '../index.ts';

/** PostgreSQL cuts longer names off, silently. */
const LONGEST_NAME = 63;

/** Names that need no quotes in any database. They are quoted nevertheless, and so are never taken for a keyword. */
const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What follows the name of the application in the names of its tables. */
const TABLES = { events: '_events', snapshots: '_snapshots', keys: '_keys' } as const;

const LONGEST_APPLICATION = LONGEST_NAME - Math.max(...Object.values(TABLES).map((suffix) => suffix.length));

/** The names of the tables of an application. */
export interface Tables {
  readonly application: string;
  readonly events: string;
  readonly snapshots: string;
  readonly keys: string;
}

/** @throws {ArgumentError} if the name of the application cannot be part of those of its tables. */
export function tablesOf(application: string): Tables {
  const what = `The application name ${JSON.stringify(application)}, which the names of its tables begin with,`;
  checkName(application, LONGEST_APPLICATION, what, "Give the application another, for example { name: 'school' }");
  return {
    application,
    events: `${application}${TABLES.events}`,
    snapshots: `${application}${TABLES.snapshots}`,
    keys: `${application}${TABLES.keys}`,
  };
}

/** @throws {ArgumentError} unless a schema can have this name. */
export function checkSchema(schema: string): void {
  const what = `The schema name ${JSON.stringify(schema)}`;
  checkName(schema, LONGEST_NAME, what, "Give another, for example { schema: 'school' }");
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
