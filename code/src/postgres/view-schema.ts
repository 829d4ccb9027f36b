import { StoreError, type ViewColumnType, type ViewGeneration, type ViewTable } from '../index.ts';
import { toInteger, toText } from '../sql/rows.ts';
import { columnsText, parsedColumns, prefixOf, VIEWS } from '../sql/view-names.ts';
import type { PostgresDriver, PostgresQuery } from './driver.ts';
import { MIGRATE_LOCK } from './schema.ts';

/** The names of a projection's objects, as they stand in SQL. */
export class ViewNames {
  readonly projection: string;
  readonly schema: string;
  readonly catalogue: string;
  readonly positions: string;
  readonly parked: string;

  constructor(projection: string, schema: string) {
    this.projection = projection;
    this.schema = `"${schema}"`;
    this.catalogue = `"${schema}".${VIEWS}`;
    this.positions = `"${schema}".eventsourcing_view_positions`;
    this.parked = `"${schema}".eventsourcing_view_parked`;
  }

  table(generation: number, table: string): string {
    return `${this.schema}."${prefixOf(this.projection, generation)}${table}"`;
  }

  tables(generation: ViewGeneration): string[] {
    return generation.tables.map(({ name }) => this.table(generation.number, name));
  }
}

export const TYPES: Readonly<Record<ViewColumnType, string>> = {
  text: 'text COLLATE "C"',
  integer: 'bigint',
  real: 'double precision',
  boolean: 'boolean',
  json: 'json',
};

/**
 * Lets one process at a time change which tables there are, those of applications too: both make the schema. To be called in a
 * transaction.
 */
export async function lockChanges(query: PostgresQuery): Promise<void> {
  await query(`SELECT pg_advisory_xact_lock(${MIGRATE_LOCK}, 0)`);
}

export async function hasCatalogue(query: PostgresQuery, { catalogue }: ViewNames): Promise<boolean> {
  const [row] = await query('SELECT to_regclass($1) IS NOT NULL', [catalogue]);
  return row?.[0] === true;
}

/** Makes the catalogue, unless it is there. To be called in a transaction. */
export async function createCatalogue(query: PostgresQuery, names: ViewNames): Promise<void> {
  // Even if it is there, to ask for it takes the right to make schemas, which an owner of this one need not have.
  const [schema] = await query('SELECT to_regnamespace($1) IS NOT NULL', [names.schema]);
  if (schema?.[0] !== true) await query(`CREATE SCHEMA IF NOT EXISTS ${names.schema}`);
  await query(
    `CREATE TABLE IF NOT EXISTS ${names.catalogue} (
      projection text COLLATE "C" NOT NULL,
      generation bigint NOT NULL,
      live boolean NOT NULL,
      columns json NOT NULL,
      revision bigint NOT NULL,
      beats bigint NOT NULL,
      builder text NOT NULL,
      latest bigint NOT NULL,
      PRIMARY KEY (projection, generation)
    )`,
  );
  const key =
    'projection text COLLATE "C" NOT NULL, generation bigint NOT NULL, log text COLLATE "C" NOT NULL, position bigint NOT NULL';
  await query(`CREATE TABLE IF NOT EXISTS ${names.positions} (${key}, PRIMARY KEY (projection, generation, log))`);
  await query(
    `CREATE TABLE IF NOT EXISTS ${names.parked} (
      ${key}, reason text NOT NULL, PRIMARY KEY (projection, generation, log, position)
    )`,
  );
}

/** The generations of a projection, the live one first. */
export async function generationsOf(query: PostgresQuery, names: ViewNames): Promise<ViewGeneration[]> {
  const rows = await query(
    `SELECT generation, live, columns::text, beats FROM ${names.catalogue} WHERE projection = $1 ORDER BY live DESC`,
    [names.projection],
  );
  return rows.map((row) => ({
    number: toInteger(row[0]),
    isLive: row[1] === true,
    tables: parsedColumns(names.projection, toText(row[2])),
    beats: toInteger(row[3]),
  }));
}

/** Makes the tables of a generation, and tells of it in the catalogue. To be called in a transaction. */
export async function createGeneration(
  query: PostgresQuery,
  names: ViewNames,
  tables: readonly ViewTable[],
  { number, isLive, builder }: { readonly number: number; readonly isLive: boolean; readonly builder: string },
): Promise<void> {
  for (const { name, columns } of tables) {
    const list = columns.map((column) => `"${column.name}" ${TYPES[column.type]}${column.nullable ? '' : ' NOT NULL'}`);
    const all = ['"id" text COLLATE "C" NOT NULL PRIMARY KEY', ...list].join(', ');
    await query(`CREATE TABLE ${names.table(number, name)} (${all})`);
  }
  await query(`INSERT INTO ${names.catalogue} VALUES ($1, $2, $3, $4, 0, 0, $5, $2)`, [
    names.projection,
    number,
    isLive,
    columnsText(tables),
    builder,
  ]);
}

/** Drops the tables of a generation, also if some of them are gone. To be called in a transaction. */
export async function dropGeneration(
  query: PostgresQuery,
  names: ViewNames,
  generation: ViewGeneration,
): Promise<void> {
  await query(`DROP TABLE IF EXISTS ${names.tables(generation).join(', ')}`);
  for (const table of [names.positions, names.parked, names.catalogue]) {
    await query(`DELETE FROM ${table} WHERE projection = $1 AND generation = $2`, [
      names.projection,
      generation.number,
    ]);
  }
}

/** The error to throw if tables are missing although the catalogue has them: somebody has dropped them. */
export async function lostViewTables(
  driver: PostgresDriver,
  names: ViewNames,
  generation: ViewGeneration,
  cause: unknown,
): Promise<StoreError | undefined> {
  const rows = await driver.query('SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL', [
    [...names.tables(generation), names.positions, names.parked],
  ]);
  if (rows.length === 0) return undefined;
  return new StoreError(
    'ES_STORE_SCHEMA',
    `${driver.name} has lost ${rows.map(([name]) => toText(name)).join(', ')} of the projection ${names.projection}, which were ` +
      `made. Run \`DELETE FROM ${names.catalogue} WHERE projection = '${names.projection}'\`, drop what is left of its tables, and ` +
      'follow from the beginning: everything is made again.',
    { cause },
  );
}
