import { ArgumentError, StoreError, type ViewColumnType, type ViewGeneration, type ViewTable } from '../index.ts';
import { toInteger, toText } from '../sql/rows.ts';
import { columnsText, parsedColumns, prefixOf, VIEWS } from '../sql/view-names.ts';
import type { Connection } from './connection.ts';

/**
 * In the place of the name of a log, which is never empty: how often the tables were written. It's among the positions, since a
 * transaction that changes one page less is the faster by that.
 */
export const REVISION = '';

const TYPES: Readonly<Record<ViewColumnType, string>> = {
  text: 'TEXT',
  integer: 'INTEGER',
  real: 'REAL',
  boolean: 'INTEGER',
  json: 'TEXT',
};

/** Makes the catalogue, unless it is there. To be called in a transaction. */
export function createCatalogue(connection: Connection): void {
  connection.exec(
    `CREATE TABLE IF NOT EXISTS ${VIEWS} (
      projection TEXT NOT NULL COLLATE NOCASE,
      generation INTEGER NOT NULL,
      live INTEGER NOT NULL,
      columns TEXT NOT NULL,
      beats INTEGER NOT NULL,
      builder TEXT NOT NULL,
      latest INTEGER NOT NULL,
      PRIMARY KEY (projection, generation)
    ) STRICT`,
  );
}

/** The generations of a projection, the live one first. */
export function generationsOf(connection: Connection, projection: string): ViewGeneration[] {
  const catalogue = connection.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`);
  if (connection.run(() => catalogue.all(VIEWS)).length === 0) return [];
  const statement = connection.prepare(
    `SELECT projection, generation, live, columns, beats FROM ${VIEWS} WHERE projection = ? ORDER BY live DESC`,
  );
  return connection
    .run(() => statement.all(projection))
    .map((row) => {
      const found = toText(row[0]);
      if (found !== projection) {
        throw new ArgumentError(
          `The projection name ${projection} differs from ${found}, which has tables in ${connection.name}, in the case of ` +
            'letters only, and SQLite does not tell such tables apart. Use the same name, or another.',
        );
      }
      return {
        number: toInteger(row[1]),
        isLive: toInteger(row[2]) !== 0,
        tables: parsedColumns(projection, toText(row[3])),
        beats: toInteger(row[4]),
      };
    });
}

/** Makes the tables of a generation, and tells of it in the catalogue. To be called in a transaction. */
export function createGeneration(
  connection: Connection,
  projection: string,
  tables: readonly ViewTable[],
  { number, isLive, builder }: { readonly number: number; readonly isLive: boolean; readonly builder: string },
): void {
  const prefix = prefixOf(projection, number);
  for (const { name, columns } of tables) {
    const list = columns.map((column) => `"${column.name}" ${TYPES[column.type]}${column.nullable ? '' : ' NOT NULL'}`);
    connection.exec(
      `CREATE TABLE "${prefix}${name}" (${['"id" TEXT NOT NULL PRIMARY KEY', ...list].join(', ')}) STRICT, WITHOUT ROWID`,
    );
  }
  connection.exec(
    `CREATE TABLE "${prefix}positions" (log TEXT NOT NULL PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
     INSERT INTO "${prefix}positions" VALUES ('${REVISION}', 0);
     CREATE TABLE "${prefix}parked" (
       log TEXT NOT NULL, position INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (log, position)
     ) STRICT, WITHOUT ROWID`,
  );
  connection
    .prepare(`INSERT INTO ${VIEWS} VALUES (?, ?, ?, ?, 0, ?, ?)`)
    .run(projection, number, isLive ? 1 : 0, columnsText(tables), builder, number);
}

/** Drops the tables of a generation, also if some of them are gone. To be called in a transaction. */
export function dropGeneration(connection: Connection, projection: string, generation: ViewGeneration): void {
  const prefix = prefixOf(projection, generation.number);
  for (const name of [...generation.tables.map((table) => table.name), 'positions', 'parked']) {
    connection.exec(`DROP TABLE IF EXISTS "${prefix}${name}"`);
  }
  connection.prepare(`DELETE FROM ${VIEWS} WHERE projection = ? AND generation = ?`).run(projection, generation.number);
}

/** The error to throw if tables are missing although the catalogue has them: somebody has dropped them. */
export function lostViewTables(
  connection: Connection,
  projection: string,
  generation: ViewGeneration,
  cause: unknown,
): StoreError | undefined {
  const prefix = prefixOf(projection, generation.number);
  const names = [...generation.tables.map(({ name }) => name), 'positions', 'parked'].map((name) => `${prefix}${name}`);
  const statement = connection.prepare(
    `SELECT value FROM json_each(?) WHERE value NOT IN (SELECT name FROM sqlite_master WHERE type = 'table')`,
  );
  const missing = connection.run(() => statement.all(JSON.stringify(names))).map(([name]) => toText(name));
  if (missing.length === 0) return undefined;
  return new StoreError(
    'ES_STORE_SCHEMA',
    `The SQLite database ${connection.name} has lost ${missing.join(', ')} of the projection ${projection}: its catalogue says ` +
      `that the tables were made. Run \`DELETE FROM ${VIEWS} WHERE projection = '${projection}'\`, drop what is left of ` +
      `${prefix}…, and follow from the beginning: everything is made again.`,
    { cause },
  );
}
