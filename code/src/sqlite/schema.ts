import { ArgumentError, StoreError } from '../index.ts';
import { type Tables, tablesOf } from '../sql/names.ts';
import { toInteger, toText } from '../sql/rows.ts';
import type { Connection } from './connection.ts';

/** The applications that have a log in this database, each with the version of its tables. */
const CATALOGUE = 'eventsourcing_logs';

/**
 * The steps from no tables to those of today. Released steps never change: new ones follow them. What is there already
 * stays as it is, so that the steps can be gone through again for a table that was lost.
 */
const MIGRATIONS: readonly ((tables: Tables) => string)[] = [
  // AUTOINCREMENT: a position is never given twice, also after the last rows have been deleted.
  ({ events }) => `
    CREATE TABLE IF NOT EXISTS "${events}" (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      aggregate_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      topic TEXT NOT NULL,
      state BLOB NOT NULL,
      UNIQUE (aggregate_id, version)
    ) STRICT`,
  ({ snapshots }) => `
    CREATE TABLE IF NOT EXISTS "${snapshots}" (
      aggregate_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      topic TEXT NOT NULL,
      state BLOB NOT NULL,
      PRIMARY KEY (aggregate_id, version)
    ) STRICT`,
  // By number, not by subject: rows that are only ever appended are not moved about, which would leave copies behind.
  ({ keys }) => `
    CREATE TABLE IF NOT EXISTS "${keys}" (
      number INTEGER PRIMARY KEY,
      subject TEXT NOT NULL UNIQUE,
      key BLOB NOT NULL,
      forgotten INTEGER NOT NULL
    ) STRICT`,
  ({ positions, parked }) => `
    CREATE TABLE IF NOT EXISTS "${positions}" (
      log TEXT NOT NULL PRIMARY KEY,
      position INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS "${parked}" (
      log TEXT NOT NULL,
      position INTEGER NOT NULL,
      reason TEXT NOT NULL,
      PRIMARY KEY (log, position)
    ) STRICT, WITHOUT ROWID`,
];

/** Makes sure that the tables of an application are there, and are those of today. */
export function migrate(connection: Connection, application: string, mayWrite: boolean): Tables {
  const tables = tablesOf(application);
  if (versionOf(connection, application) < MIGRATIONS.length) bringUpToDate(connection, tables, mayWrite);
  const lost = lostTables(connection, tables);
  if (lost !== undefined) throw lost;
  return tables;
}

/** The error to throw if tables are missing although the catalogue has them: somebody has dropped them. */
export function lostTables(connection: Connection, tables: Tables, cause?: unknown): StoreError | undefined {
  const { application, ...names } = tables;
  const statement = connection.prepare(
    `SELECT value FROM json_each(?) WHERE value NOT IN (SELECT name FROM sqlite_master WHERE type = 'table')`,
  );
  const missing = connection
    .run(() => statement.all(JSON.stringify(Object.values(names))))
    .map(([name]) => toText(name));
  if (missing.length === 0) return undefined;
  return new StoreError(
    'ES_STORE_SCHEMA',
    `The SQLite database ${connection.name} has lost ${missing.join(', ')} of the application ${application}: its ` +
      `catalogue says that the tables were made. Restore it from a backup. If you can do without what was in them, run ` +
      `\`DELETE FROM ${CATALOGUE} WHERE application = '${application}'\` and open the store for writing: the missing tables ` +
      'are made again, with nothing in them.',
    cause === undefined ? {} : { cause },
  );
}

function bringUpToDate(connection: Connection, tables: Tables, mayWrite: boolean): void {
  const { application } = tables;
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
