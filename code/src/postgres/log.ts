import type { SelectOptions, StoredEvent } from '../index.ts';
import { versionBounds } from '../sql/bounds.ts';
import { type Row, toStoredEvent, VERSION_COLUMNS } from '../sql/rows.ts';
import type { PostgresQuery, PostgresValue } from './driver.ts';
import { lostObjects, migrate, type Names } from './schema.ts';
import type { Session } from './session.ts';

/** A row is there already. */
const UNIQUE_VIOLATION = '23505';
/** A table, a function or a schema is not there. */
const MISSING = /^(42P01|42883|3F000)/;

/** The two ways to run a statement, as those of a {@link PostgresDriver}. */
export interface Queries {
  readonly query: PostgresQuery;
  readonly write: PostgresQuery;
}

/** What one application has in a database: tables that are made, or brought up to date, before they are first used. */
export class Log {
  readonly names: Names;
  readonly #session: Session;
  readonly #mayMigrate: boolean;
  #migrated: Promise<void> | undefined;

  constructor(session: Session, names: Names, mayMigrate: boolean) {
    this.names = names;
    this.#session = session;
    this.#mayMigrate = mayMigrate;
  }

  /** Runs one statement that only reads, again if the connection was lost. */
  query(text: string, values: readonly PostgresValue[]): Promise<readonly Row[]> {
    return this.run(({ query }) => query(text, values));
  }

  /** Runs one statement that writes, again if the connection was lost. */
  write(text: string, values: readonly PostgresValue[]): Promise<readonly Row[]> {
    return this.run(({ write }) => write(text, values));
  }

  /** Runs statements, again if the connection was lost; `isUncertain` as for {@link Session.run}. */
  run<T>(work: (queries: Queries, isUncertain: boolean) => Promise<T>): Promise<T> {
    const { query, write = query } = this.#session.driver;
    return this.#session.run(async (isUncertain) => {
      await this.#migrate();
      try {
        return await work({ query, write }, isUncertain);
      } catch (error) {
        throw (await this.#lost(error)) ?? error;
      }
    });
  }

  /** Selects, by version, what a table holds of one aggregate: its events or its snapshots. */
  async selectVersions(table: string, aggregateId: string, options: SelectOptions): Promise<StoredEvent[]> {
    const { from, to, limit } = versionBounds(options);
    const rows = await this.query(
      `SELECT ${VERSION_COLUMNS} FROM ${table} WHERE aggregate_id = $1 AND version BETWEEN $2 AND $3
       ORDER BY version ${options.desc ? 'DESC' : 'ASC'} LIMIT $4`,
      [aggregateId, from, to, limit],
    );
    return rows.map((row) => toStoredEvent(aggregateId, row));
  }

  /** Whether the error says that a row is there already. */
  isDuplicate(error: unknown): boolean {
    return this.#session.driver.sqlState(error) === UNIQUE_VIOLATION;
  }

  /** If the error says that something is not there: what that is, and what to do. */
  async #lost(error: unknown): Promise<unknown> {
    const { driver } = this.#session;
    if (!MISSING.test(driver.sqlState(error) ?? '')) return undefined;
    return await lostObjects(driver, this.names, error);
  }

  /** Once, and again if it fails. */
  async #migrate(): Promise<void> {
    this.#migrated ??= migrate(this.#session.driver, this.names, this.#mayMigrate);
    try {
      await this.#migrated;
    } catch (error) {
      this.#migrated = undefined;
      throw error;
    }
  }
}
