import {
  checkProjectionName,
  checkTracking,
  GenerationError,
  type Parked,
  PositionConflictError,
  type SqlNames,
  type StoredRow,
  StoreError,
  type Tracking,
  ViewConflictError,
  type ViewGeneration,
  type ViewRecorder,
  type ViewSelection,
  type ViewStanding,
  type ViewTable,
  type ViewValue,
  type ViewWrite,
} from '../index.ts';
import { type Row, toInteger, toText } from '../sql/rows.ts';
import { namesIn } from '../sql/view-names.ts';
import { columnList, quoted, selectionSql, tableIn, toStoredRow, whereSql } from '../sql/view-sql.ts';
import type { PostgresDriver, PostgresQuery, PostgresValue } from './driver.ts';
import type { Session } from './session.ts';
import {
  createCatalogue,
  createGeneration,
  dropGeneration,
  generationsOf,
  hasCatalogue,
  lockChanges,
  lostViewTables,
  TYPES,
  ViewNames,
} from './view-schema.ts';

/** Something isn't there, or isn't there any more since it was looked up. */
const MISSING = /^(42P01|3F000|XX000)/;

const placeholder = (n: number) => `$${n}`;

/** JSON as it was written. */
const shown = (column: { readonly name: string; readonly type: string }) =>
  column.type === 'json' ? `${quoted(column)}::text` : quoted(column);

/** Keeps the rows of a projection in tables of a PostgreSQL database. */
export class PostgresViewRecorder implements ViewRecorder {
  readonly #session: Session;
  readonly #names: ViewNames;
  readonly #mayMigrate: boolean;
  /** The statement that writes, by generation. */
  readonly #writes = new Map<number, string>();
  #hasCatalogue = false;

  constructor(session: Session, projection: string, schema: string, mayMigrate: boolean) {
    checkProjectionName(projection);
    this.#session = session;
    this.#names = new ViewNames(projection, schema);
    this.#mayMigrate = mayMigrate;
  }

  get #driver(): PostgresDriver {
    return this.#session.driver;
  }

  get #projection(): string {
    return this.#names.projection;
  }

  async generations(): Promise<ViewGeneration[]> {
    return await this.#session.run(async () => {
      const { query } = this.#driver;
      this.#hasCatalogue ||= await hasCatalogue(query, this.#names);
      return this.#hasCatalogue ? await generationsOf(query, this.#names) : [];
    });
  }

  async create(tables: readonly ViewTable[]): Promise<void> {
    await this.#change(async (query) => {
      await createCatalogue(query, this.#names);
      // Another process may have been here meanwhile.
      if ((await generationsOf(query, this.#names)).length > 0) return;
      await createGeneration(query, this.#names, tables, { number: 1, isLive: true, builder: '' });
    });
  }

  async build(
    tables: readonly ViewTable[],
    builder: string,
    abandoned?: ViewGeneration,
  ): Promise<ViewGeneration | undefined> {
    return await this.#change(async (query) => {
      await createCatalogue(query, this.#names);
      const [own] = await query(
        `SELECT generation FROM ${this.#names.catalogue} WHERE projection = $1 AND builder = $2 AND NOT live`,
        [this.#projection, builder],
      );
      // It was made, and the answer was lost.
      if (own !== undefined) return { number: toInteger(own[0]), isLive: false, tables, beats: 0 };
      const building = (await generationsOf(query, this.#names)).find(({ isLive }) => !isLive);
      if (building !== undefined) {
        if (building.number !== abandoned?.number || building.beats !== abandoned.beats) return undefined;
        await dropGeneration(query, this.#names, building);
      }
      const [row] = await query(`SELECT coalesce(max(latest), 0) FROM ${this.#names.catalogue} WHERE projection = $1`, [
        this.#projection,
      ]);
      const number = Math.max(toInteger(row?.[0]), building?.number ?? 0) + 1;
      await createGeneration(query, this.#names, tables, { number, isLive: false, builder });
      // Remembered by the one that stays, so that no number is given twice.
      await query(`UPDATE ${this.#names.catalogue} SET latest = $2 WHERE projection = $1`, [this.#projection, number]);
      return { number, isLive: false, tables, beats: 0 };
    });
  }

  async beat(generation: ViewGeneration): Promise<void> {
    const { write = this.#driver.query } = this.#driver;
    const rows = await this.#session.run(() =>
      write(
        `UPDATE ${this.#names.catalogue} SET beats = beats + 1 WHERE projection = $1 AND generation = $2 RETURNING 1`,
        this.#key(generation),
      ),
    );
    if (rows.length === 0) throw new GenerationError(this.#projection, generation.number);
  }

  async makeLive(generation: ViewGeneration): Promise<boolean> {
    const outcome = await this.#change(async (query) => {
      const live = (await generationsOf(query, this.#names)).find(({ isLive }) => isLive);
      if (live?.number === generation.number) return true;
      // Before the rows of the catalogue, as everybody who writes does, so that nobody waits in a circle.
      if (live !== undefined) {
        await query(`LOCK TABLE ${this.#names.tables(live).join(', ')} IN ACCESS EXCLUSIVE MODE`);
      }
      const [next] = await query(
        `SELECT FROM ${this.#names.catalogue} WHERE projection = $1 AND generation = $2 FOR UPDATE`,
        this.#key(generation),
      );
      if (next === undefined) return new GenerationError(this.#projection, generation.number);
      if (live !== undefined) {
        const [behind] = await query(
          `SELECT FROM ${this.#names.positions} AS before
           LEFT JOIN ${this.#names.positions} AS after
             ON after.projection = before.projection AND after.generation = $2 AND after.log = before.log
           WHERE before.projection = $1 AND before.generation = $3 AND coalesce(after.position, 0) < before.position`,
          [...this.#key(generation), live.number],
        );
        if (behind !== undefined) return false;
        await dropGeneration(query, this.#names, live);
      }
      await query(
        `UPDATE ${this.#names.catalogue} SET live = true WHERE projection = $1 AND generation = $2`,
        this.#key(generation),
      );
      return true;
    });
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }

  async discard(generation: ViewGeneration): Promise<void> {
    await this.#change(async (query) => {
      const found = (await generationsOf(query, this.#names)).find(({ number }) => number === generation.number);
      if (found?.isLive === false) await dropGeneration(query, this.#names, found);
    });
    this.#writes.delete(generation.number);
  }

  async standing(generation: ViewGeneration, log: string): Promise<ViewStanding> {
    return await this.#use(generation, ({ query }) => this.#standing(query, generation, log));
  }

  async positions(generation: ViewGeneration): Promise<ReadonlyMap<string, number>> {
    return await this.#use(generation, async ({ query }) => {
      const rows = await query(
        `SELECT log, position FROM ${this.#names.positions} WHERE projection = $1 AND generation = $2`,
        this.#key(generation),
      );
      return new Map(rows.map((row) => [toText(row[0]), toInteger(row[1])]));
    });
  }

  async parked(generation: ViewGeneration, log: string): Promise<Parked[]> {
    return await this.#use(generation, async ({ query }) => {
      const rows = await query(
        `SELECT position, reason FROM ${this.#names.parked} WHERE projection = $1 AND generation = $2 AND log = $3
         ORDER BY position`,
        [...this.#key(generation), log],
      );
      return rows.map((row) => ({ position: toInteger(row[0]), reason: toText(row[1]) }));
    });
  }

  async get(generation: ViewGeneration, name: string, ids: readonly string[]): Promise<StoredRow[]> {
    const table = tableIn(generation, name);
    const rows = await this.#use(generation, ({ query }) =>
      query(
        `SELECT ${columnList(table, shown)} FROM ${this.#names.table(generation.number, name)} WHERE "id" = ANY ($1::text[])`,
        [ids],
      ),
    );
    return rows.map((row) => toStoredRow(table, row));
  }

  async select(generation: ViewGeneration, name: string, selection: ViewSelection): Promise<StoredRow[]> {
    const table = tableIn(generation, name);
    const { sql, values } = selectionSql(table, selection, placeholder);
    const rows = await this.#use(generation, ({ query }) =>
      query(
        `SELECT ${columnList(table, shown)} FROM ${this.#names.table(generation.number, name)} ${sql}`,
        withoutNulls(values),
      ),
    );
    return rows.map((row) => toStoredRow(table, row));
  }

  async count(generation: ViewGeneration, name: string, where: ViewSelection['where']): Promise<number> {
    const { sql, values } = whereSql(tableIn(generation, name), where, placeholder);
    const [row] = await this.#use(generation, ({ query }) =>
      query(`SELECT count(*) FROM ${this.#names.table(generation.number, name)} ${sql}`, withoutNulls(values)),
    );
    return toInteger(row?.[0]);
  }

  async write(generation: ViewGeneration, given: ViewWrite): Promise<void> {
    const { revision, changes, tracking } = given;
    if (tracking !== undefined) checkTracking(tracking);
    const { log = '', after = 0, position = 0, parked = '', wasParked = false } = tracking ?? {};
    const how = tracking === undefined ? 'none' : wasParked ? 'taken up' : parkedIn(tracking) ? 'parked' : 'processed';
    const values: PostgresValue[] = [...this.#key(generation), revision, how, log, after, position, parked];
    for (const { name, columns } of generation.tables) {
      const { put = [], remove = [] } = changes.find(({ table }) => table === name) ?? {};
      values.push(rowsText(columns, put), remove);
    }
    const text = this.#writeText(generation);
    const conflict = await this.#use(generation, async ({ query, write = query }) => {
      const [done] = await write(text, values);
      if (done !== undefined) return undefined;
      return await this.#conflict(query, generation, tracking);
    });
    if (conflict !== undefined) throw conflict;
  }

  async query(
    generation: ViewGeneration,
    sql: (names: SqlNames) => string,
    values: readonly ViewValue[],
  ): Promise<Row[]> {
    const text = sql(namesIn(generation, (table) => this.#names.table(generation.number, table)));
    return [...(await this.#use(generation, ({ query }) => query(text, withoutNulls(values))))];
  }

  #key({ number }: ViewGeneration): [string, number] {
    return [this.#projection, number];
  }

  async #standing(query: PostgresQuery, generation: ViewGeneration, log: string): Promise<ViewStanding> {
    const [row] = await query(
      `SELECT v.revision, coalesce(p.position, 0) FROM ${this.#names.catalogue} AS v
       LEFT JOIN ${this.#names.positions} AS p
         ON p.projection = v.projection AND p.generation = v.generation AND p.log = $3
       WHERE v.projection = $1 AND v.generation = $2`,
      [...this.#key(generation), log],
    );
    if (row === undefined) throw new GenerationError(this.#projection, generation.number);
    return { revision: toInteger(row[0]), position: toInteger(row[1]) };
  }

  /** Why nothing was written. */
  async #conflict(query: PostgresQuery, generation: ViewGeneration, tracking: Tracking | undefined): Promise<Error> {
    const conflict = new ViewConflictError(this.#projection);
    if (tracking === undefined) {
      await this.#standing(query, generation, '');
      return conflict;
    }
    const { log, after, position, wasParked = false } = tracking;
    const standing = await this.#standing(query, generation, log);
    if (!wasParked)
      return standing.position === after ? conflict : new PositionConflictError(tracking, standing.position);
    const [row] = await query(
      `SELECT FROM ${this.#names.parked} WHERE projection = $1 AND generation = $2 AND log = $3 AND position = $4`,
      [...this.#key(generation), log, position],
    );
    return row === undefined ? new PositionConflictError(tracking, standing.position) : conflict;
  }

  /**
   * One statement, which is one transaction. Nothing is done unless the revision is the one that was given: whoever changes it
   * waits for whoever has changed it before, and then finds another one.
   */
  #writeText(generation: ViewGeneration): string {
    const known = this.#writes.get(generation.number);
    if (known !== undefined) return known;
    const { catalogue, positions, parked } = this.#names;
    const key = 'projection = $1 AND generation = $2';
    let value = 8;
    const parts = generation.tables.flatMap((table, index) => {
      const name = this.#names.table(generation.number, table.name);
      const [rows, ids] = [`$${value + 1}`, `$${value + 2}`];
      value += 2;
      const types = ['"id" text', ...table.columns.map((column) => `${quoted(column)} ${TYPES[column.type]}`)];
      const updates = table.columns.map((column) => `${quoted(column)} = excluded.${quoted(column)}`);
      return [
        `put_${index} AS (
          INSERT INTO ${name} (${columnList(table)})
          SELECT ${columnList(table)} FROM json_to_recordset(${rows}::text::json) AS r (${types.join(', ')})
          WHERE EXISTS (SELECT FROM moved)
          ON CONFLICT ("id") DO ${updates.length === 0 ? 'NOTHING' : `UPDATE SET ${updates.join(', ')}`}
        )`,
        `removed_${index} AS (DELETE FROM ${name} WHERE "id" = ANY (${ids}::text[]) AND EXISTS (SELECT FROM moved))`,
      ];
    });
    const text = `WITH moved AS (
        UPDATE ${catalogue} SET revision = revision + 1
        WHERE ${key} AND revision = $3 AND CASE $4::text
          WHEN 'none' THEN true
          WHEN 'taken up' THEN EXISTS (SELECT FROM ${parked} WHERE ${key} AND log = $5 AND position = $7::bigint)
          ELSE coalesce((SELECT position FROM ${positions} WHERE ${key} AND log = $5), 0) = $6::bigint
        END
        RETURNING 1
      ),
      position AS (
        INSERT INTO ${positions} SELECT $1, $2, $5::text, $7::bigint FROM moved WHERE $4 IN ('processed', 'parked')
        ON CONFLICT (projection, generation, log) DO UPDATE SET position = excluded.position
      ),
      parked AS (
        INSERT INTO ${parked} SELECT $1, $2, $5::text, $7::bigint, $8::text FROM moved WHERE $4 = 'parked'
        ON CONFLICT (projection, generation, log, position) DO UPDATE SET reason = excluded.reason
      ),
      taken AS (
        DELETE FROM ${parked} WHERE ${key} AND log = $5 AND position = $7::bigint AND $4 = 'taken up' AND EXISTS (SELECT FROM moved)
      ),
      ${parts.join(',\n')}
      SELECT 1 FROM moved`;
    this.#writes.set(generation.number, text);
    return text;
  }

  /** Changes which tables there are, in a transaction. */
  async #change<T>(work: (query: PostgresQuery) => Promise<T>): Promise<T> {
    if (!this.#mayMigrate) {
      throw new StoreError(
        'ES_STORE_SCHEMA',
        `${this.#driver.name} has no up-to-date tables for the projection ${this.#projection} in the schema ${this.#names.schema}, ` +
          'and the option migrate is off. Let a deployment open, or rebuild, the projection with { migrate: true }.',
      );
    }
    return await this.#session.run(() =>
      this.#driver.transaction(async (query) => {
        await lockChanges(query);
        return await work(query);
      }),
    );
  }

  /** Works with the tables of a generation, and says so if they are gone. */
  async #use<T>(generation: ViewGeneration, work: (driver: PostgresDriver) => Promise<T>): Promise<T> {
    return await this.#session.run(async () => {
      try {
        return await work(this.#driver);
      } catch (error) {
        if (!MISSING.test(this.#driver.sqlState(error) ?? '')) throw error;
        const { query } = this.#driver;
        const generations = (await hasCatalogue(query, this.#names)) ? await generationsOf(query, this.#names) : [];
        const found = generations.find(({ number }) => number === generation.number);
        if (found === undefined) throw new GenerationError(this.#projection, generation.number, { cause: error });
        throw (await lostViewTables(this.#driver, this.#names, found, error)) ?? error;
      }
    });
  }
}

function parkedIn({ parked }: Tracking): boolean {
  return parked !== undefined;
}

/** Rows as JSON, which the database turns into its own types. */
function rowsText(columns: ViewTable['columns'], rows: readonly StoredRow[]): string {
  const names = columns.map(({ name }) => `,${JSON.stringify(name)}:`);
  const isJson = columns.map(({ type }) => type === 'json');
  const texts = rows.map(({ id, values }) => {
    let text = `{"id":${JSON.stringify(id)}`;
    for (let index = 0; index < names.length; index++) {
      const value = values[index] ?? null;
      text += `${names[index]}${isJson[index] === true && value !== null ? value : JSON.stringify(value)}`;
    }
    return `${text}}`;
  });
  return `[${texts.join(',')}]`;
}

function withoutNulls(values: readonly ViewValue[]): PostgresValue[] {
  return values.map((value) => {
    if (value !== null) return value;
    throw new StoreError(
      'ES_STORE_FAILED',
      "A value for SQL on PostgreSQL can't be null here. Write IS NULL in the statement.",
    );
  });
}
