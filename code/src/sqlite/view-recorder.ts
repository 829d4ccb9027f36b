import {
  ArgumentError,
  checkProjectionName,
  checkTracking,
  GenerationError,
  type Parked,
  type RowChanges,
  type SqlNames,
  type StoredRow,
  StoreError,
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
import { namesIn, prefixOf, VIEWS } from '../sql/view-names.ts';
import { columnList, quoted, selectionSql, tableIn, toStoredRow, whereSql } from '../sql/view-sql.ts';
import type { Connection } from './connection.ts';
import type { SqliteStatement, SqliteValue } from './driver.ts';
import { SqlitePositions } from './positions.ts';
import { removeTraces } from './traces.ts';
import {
  createCatalogue,
  createGeneration,
  dropGeneration,
  generationsOf,
  lostViewTables,
  REVISION,
} from './view-schema.ts';

const placeholder = () => '?';

/** What is prepared for one table. */
interface TableStatements {
  readonly table: ViewTable;
  readonly get: SqliteStatement;
  readonly getMany: SqliteStatement;
  readonly put: SqliteStatement;
  readonly remove: SqliteStatement;
}

/** What is prepared for one generation. */
class Prepared {
  readonly positions: SqlitePositions;
  readonly exists: SqliteStatement;
  readonly revision: SqliteStatement;
  readonly advance: SqliteStatement;
  readonly allPositions: SqliteStatement;
  readonly #tables: ReadonlyMap<string, TableStatements>;

  constructor(connection: Connection, projection: string, generation: ViewGeneration) {
    const prefix = prefixOf(projection, generation.number);
    this.positions = new SqlitePositions(connection, { positions: `${prefix}positions`, parked: `${prefix}parked` });
    this.allPositions = connection.prepare(`SELECT log, position FROM "${prefix}positions" WHERE log <> '${REVISION}'`);
    this.exists = connection.prepare(`SELECT 1 FROM ${VIEWS} WHERE projection = ? AND generation = ?`);
    this.revision = connection.prepare(`SELECT position FROM "${prefix}positions" WHERE log = '${REVISION}'`);
    this.advance = connection.prepare(
      `UPDATE "${prefix}positions" SET position = position + 1 WHERE log = '${REVISION}'`,
    );
    this.#tables = new Map(
      generation.tables.map((table) => {
        const name = `"${prefix}${table.name}"`;
        const list = columnList(table);
        const updates = table.columns.map((column) => `${quoted(column)} = excluded.${quoted(column)}`);
        const conflict = updates.length === 0 ? 'NOTHING' : `UPDATE SET ${updates.join(', ')}`;
        return [
          table.name,
          {
            table,
            get: connection.prepare(`SELECT ${list} FROM ${name} WHERE "id" = ?`),
            getMany: connection.prepare(`SELECT ${list} FROM ${name} WHERE "id" IN (SELECT value FROM json_each(?))`),
            put: connection.prepare(
              `INSERT INTO ${name} (${list}) VALUES (?${', ?'.repeat(table.columns.length)}) ON CONFLICT DO ${conflict}`,
            ),
            remove: connection.prepare(`DELETE FROM ${name} WHERE "id" = ?`),
          },
        ];
      }),
    );
  }

  of(table: string): TableStatements {
    const statements = this.#tables.get(table);
    if (statements === undefined) throw new TypeError(`There is no table ${table}.`);
    return statements;
  }

  apply({ table, put, remove }: RowChanges): void {
    const statements = this.of(table);
    for (const { id, values } of put) statements.put.run(id, ...values.map(toSqlite));
    for (const id of remove) statements.remove.run(id);
  }
}

/** Keeps the rows of a projection in tables of an SQLite database. */
export class SqliteViewRecorder implements ViewRecorder {
  readonly #connection: Connection;
  readonly #projection: string;
  readonly #mayWrite: boolean;
  readonly #prepared = new Map<number, Prepared>();

  constructor(connection: Connection, projection: string, mayWrite: boolean) {
    checkProjectionName(projection);
    this.#connection = connection;
    this.#projection = projection;
    this.#mayWrite = mayWrite;
    // What is deleted, or moved to another place, is overwritten.
    if (mayWrite) connection.exec('PRAGMA secure_delete = ON');
  }

  async generations(): Promise<ViewGeneration[]> {
    const found = this.#generations();
    const numbers = new Set(found.map(({ number }) => number));
    for (const number of this.#prepared.keys()) if (!numbers.has(number)) this.#prepared.delete(number);
    return found;
  }

  async create(tables: readonly ViewTable[]): Promise<void> {
    this.#change(() => {
      createCatalogue(this.#connection);
      // Another process may have been here meanwhile.
      if (this.#generations().length > 0) return;
      createGeneration(this.#connection, this.#projection, tables, { number: 1, isLive: true, builder: '' });
    });
  }

  async build(
    tables: readonly ViewTable[],
    builder: string,
    abandoned?: ViewGeneration,
  ): Promise<ViewGeneration | undefined> {
    return this.#change(() => {
      createCatalogue(this.#connection);
      const generations = this.#generations();
      const building = generations.find(({ isLive }) => !isLive);
      if (building !== undefined) {
        if (building.number !== abandoned?.number || building.beats !== abandoned.beats) return undefined;
        dropGeneration(this.#connection, this.#projection, building);
      }
      const latest = this.#connection
        .prepare(`SELECT max(latest) FROM ${VIEWS} WHERE projection = ?`)
        .all(this.#projection)[0]?.[0];
      const number = Math.max(toInteger(latest ?? 0), building?.number ?? 0) + 1;
      createGeneration(this.#connection, this.#projection, tables, { number, isLive: false, builder });
      // Remembered by the one that stays, so that no number is given twice.
      this.#connection.prepare(`UPDATE ${VIEWS} SET latest = ? WHERE projection = ?`).run(number, this.#projection);
      return { number, isLive: false, tables, beats: 0 };
    });
  }

  async beat(generation: ViewGeneration): Promise<void> {
    const rows = this.#connection.transaction(() =>
      this.#connection
        .prepare(`UPDATE ${VIEWS} SET beats = beats + 1 WHERE projection = ? AND generation = ? RETURNING 1`)
        .all(this.#projection, generation.number),
    );
    if (rows.length === 0) throw new GenerationError(this.#projection, generation.number);
  }

  async makeLive(generation: ViewGeneration): Promise<boolean> {
    return this.#change(() => {
      const generations = this.#generations();
      const next = generations.find(({ number }) => number === generation.number);
      if (next === undefined) throw new GenerationError(this.#projection, generation.number);
      if (next.isLive) return true;
      const live = generations.find(({ isLive }) => isLive);
      if (live !== undefined) {
        const reached = this.#positionsOf(next);
        for (const [log, position] of this.#positionsOf(live)) if ((reached.get(log) ?? 0) < position) return false;
        dropGeneration(this.#connection, this.#projection, live);
      }
      this.#connection.prepare(`UPDATE ${VIEWS} SET live = 1 WHERE projection = ?`).run(this.#projection);
      return true;
    });
  }

  async discard(generation: ViewGeneration): Promise<void> {
    this.#change(() => {
      const building = this.#generations().find(({ number, isLive }) => number === generation.number && !isLive);
      if (building !== undefined) dropGeneration(this.#connection, this.#projection, building);
    });
    this.#prepared.delete(generation.number);
  }

  async standing(generation: ViewGeneration, log: string): Promise<ViewStanding> {
    return this.#use(generation, (prepared) => ({
      revision: this.#revision(generation, prepared),
      position: log === REVISION ? 0 : prepared.positions.of(log),
    }));
  }

  async positions(generation: ViewGeneration): Promise<ReadonlyMap<string, number>> {
    return this.#use(generation, () => this.#positionsOf(generation));
  }

  async parked(generation: ViewGeneration, log: string): Promise<Parked[]> {
    return this.#use(generation, ({ positions }) => positions.parked(log));
  }

  async get(generation: ViewGeneration, table: string, ids: readonly string[]): Promise<StoredRow[]> {
    return this.#use(generation, (prepared) => {
      const { table: described, get, getMany } = prepared.of(table);
      const [first] = ids;
      const rows = ids.length === 1 && first !== undefined ? get.all(first) : getMany.all(JSON.stringify(ids));
      return rows.map((row) => toStoredRow(described, row));
    });
  }

  async select(generation: ViewGeneration, name: string, selection: ViewSelection): Promise<StoredRow[]> {
    const table = tableIn(generation, name);
    const { sql, values } = selectionSql(table, selection, placeholder);
    const rows = this.#query(
      generation,
      `SELECT ${columnList(table)} FROM ${this.#name(generation, name)} ${sql}`,
      values,
    );
    return rows.map((row) => toStoredRow(table, row));
  }

  async count(generation: ViewGeneration, name: string, where: ViewSelection['where']): Promise<number> {
    const { sql, values } = whereSql(tableIn(generation, name), where, placeholder);
    const [row] = this.#query(generation, `SELECT count(*) FROM ${this.#name(generation, name)} ${sql}`, values);
    return toInteger(row?.[0]);
  }

  async write(generation: ViewGeneration, { revision, changes, tracking, forgets = false }: ViewWrite): Promise<void> {
    if (tracking !== undefined) checkTracking(tracking);
    this.#use(generation, (prepared) =>
      this.#connection.transaction(() => {
        const found = this.#revision(generation, prepared);
        if (tracking !== undefined) prepared.positions.refuseRepetition(tracking);
        if (found !== revision) throw new ViewConflictError(this.#projection);
        for (const each of changes) prepared.apply(each);
        if (tracking !== undefined) prepared.positions.store(tracking);
        prepared.advance.run();
      }),
    );
    if (forgets) {
      removeTraces(
        this.#connection,
        `The projection ${this.#projection} has forgotten the subject. But`,
        'traces of its rows may be left',
      );
    }
  }

  async query(
    generation: ViewGeneration,
    sql: (names: SqlNames) => string,
    values: readonly ViewValue[],
  ): Promise<Row[]> {
    const text = sql(namesIn(generation, (table) => this.#name(generation, table)));
    return [...this.#query(generation, text, values)];
  }

  #generations(): ViewGeneration[] {
    return generationsOf(this.#connection, this.#projection);
  }

  #name(generation: ViewGeneration, table: string): string {
    return `"${prefixOf(this.#projection, generation.number)}${table}"`;
  }

  #query(generation: ViewGeneration, sql: string, values: readonly ViewValue[]): readonly Row[] {
    return this.#use(generation, () => this.#connection.prepare(sql).all(...values.map(toSqlite)));
  }

  #revision(generation: ViewGeneration, { revision }: Prepared): number {
    const [row] = revision.all();
    if (row === undefined) throw new GenerationError(this.#projection, generation.number);
    return toInteger(row[0]);
  }

  #positionsOf(generation: ViewGeneration): ReadonlyMap<string, number> {
    const rows = this.#prepare(generation).allPositions.all();
    return new Map(rows.map((row) => [toText(row[0]), toInteger(row[1])]));
  }

  #prepare(generation: ViewGeneration): Prepared {
    const known = this.#prepared.get(generation.number);
    if (known !== undefined) return known;
    const prepared = new Prepared(this.#connection, this.#projection, generation);
    this.#prepared.set(generation.number, prepared);
    return prepared;
  }

  /** Changes which tables there are. */
  #change<T>(work: () => T): T {
    if (this.#mayWrite) return this.#connection.transaction(work);
    throw new StoreError(
      'ES_STORE_SCHEMA',
      `The SQLite database ${this.#connection.name} has no up-to-date tables for the projection ${this.#projection}, and is open ` +
        'for reading only. Open it once for writing, and they are made.',
    );
  }

  /**
   * Works with the tables of a generation, and says so if they are gone. That is looked up first, since some drivers write to the
   * console what SQLite refuses.
   */
  #use<T>(generation: ViewGeneration, work: (prepared: Prepared) => T): T {
    try {
      return this.#connection.run(() => {
        const prepared = this.#prepare(generation);
        if (prepared.exists.all(this.#projection, generation.number).length > 0) return work(prepared);
        throw new GenerationError(this.#projection, generation.number);
      });
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'ES_STORE_FAILED') throw error;
      const found = this.#generations().find(({ number }) => number === generation.number);
      if (found === undefined) throw new GenerationError(this.#projection, generation.number, { cause: error });
      throw lostViewTables(this.#connection, this.#projection, found, error) ?? error;
    }
  }
}

function toSqlite(value: ViewValue): SqliteValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === undefined) throw new ArgumentError('A value for SQL must be text, a number, a boolean or null.');
  return value;
}
