import { ArgumentError, StoreError } from '../index.ts';
import { type Tables, tablesOf } from '../sql/names.ts';
import { toInteger, toText } from '../sql/rows.ts';
import type { Connection } from './connection.ts';

/** The applications that have a log in this database, each with the version of its tables. */
const CATALOGUE = 'eventsourcing_logs';

/** The steps from no tables to those of today. Released steps never change: new ones follow them. */
const MIGRATIONS: readonly ((tables: Tables) => string)[] = [
  // AUTOINCREMENT: a position is never given twice, also after the last rows have been deleted.
  ({ events }) => `
    CREATE TABLE "${events}" (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      aggregate_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      topic TEXT NOT NULL,
      state BLOB NOT NULL,
      UNIQUE (aggregate_id, version)
    ) STRICT`,
  ({ snapshots }) => `
    CREATE TABLE "${snapshots}" (
      aggregate_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      topic TEXT NOT NULL,
      state BLOB NOT NULL,
      PRIMARY KEY (aggregate_id, version)
    ) STRICT`,
  // By number, not by subject: rows that are only ever appended are not moved about, which would leave copies behind.
  ({ keys }) => `
    CREATE TABLE "${keys}" (
      number INTEGER PRIMARY KEY,
      subject TEXT NOT NULL UNIQUE,
      key BLOB NOT NULL,
      forgotten INTEGER NOT NULL
    ) STRICT`,
];

/** Makes sure that the tables of an application are there, and are those of today. */
export function migrate(connection: Connection, application: string, mayWrite: boolean): Tables {
  const tables = tablesOf(application);
  if (versionOf(connection, application) === MIGRATIONS.length) return tables;
  if (!mayWrite) {
    throw new StoreError(
      'ES_STORE_SCHEMA',
      `The SQLite database ${connection.name} has no up-to-date tables for the application ${application}, and is ` +
        'open for reading only. Open it once for writing with this version of the library, and they are made.',
    );
  }
  connection.transaction(() => {
    connection.exec(
      `CREATE TABLE IF NOT EXISTS ${CATALOGUE} (application TEXT PRIMARY KEY COLLATE NOCASE, version INTEGER NOT NULL) STRICT`,
    );
    // Another process may have been here meanwhile.
    for (const step of MIGRATIONS.slice(versionOf(connection, application))) connection.exec(step(tables));
    connection
      .prepare(`INSERT INTO ${CATALOGUE} VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version`)
      .run(application, MIGRATIONS.length);
  });
  return tables;
}

function versionOf(connection: Connection, application: string): number {
  const catalogue = connection.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`);
  if (connection.run(() => catalogue.all(CATALOGUE)).length === 0) return 0;
  const entry = connection.prepare(`SELECT application, version FROM ${CATALOGUE} WHERE application = ?`);
  const [row] = connection.run(() => entry.all(application));
  if (row === undefined) return 0;
  const [found, version] = [toText(row[0]), toInteger(row[1])];
  if (found !== application) {
    throw new ArgumentError(
      `The application name ${application} differs from ${found}, which has a log in ${connection.name}, in the case ` +
        'of letters only, and SQLite does not tell such tables apart. Use the same name, or another.',
    );
  }
  if (version <= MIGRATIONS.length) return version;
  throw new StoreError(
    'ES_STORE_SCHEMA',
    `The tables of the application ${application} in ${connection.name} have version ${version}, and this version ` +
      `of the library knows them up to version ${MIGRATIONS.length}. Use the newer library.`,
  );
}
