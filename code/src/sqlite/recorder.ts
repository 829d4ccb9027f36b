import {
  checkEvents,
  checkTracking,
  type NotificationOptions,
  type Parked,
  type Recorder,
  type SelectOptions,
  type StoredEvent,
  type StoredNotification,
  type Tracking,
  versionConflict,
} from '../index.ts';
import { positionBounds } from '../sql/bounds.ts';
import type { Tables } from '../sql/names.ts';
import { EVENT_COLUMNS, type Row, toInteger, toStoredNotification } from '../sql/rows.ts';
import type { Connection } from './connection.ts';
import type { SqliteStatement, SqliteValue } from './driver.ts';
import { SqlitePositions } from './positions.ts';
import { type SelectVersions, selectVersions } from './select-versions.ts';

/**
 * Keeps the events of an application in a table of an SQLite database, and how far it has followed others. SQLite lets one connection write at a time, so
 * ids are in the order of commits, and a reader never sees one appear below its position.
 */
export class SqliteRecorder implements Recorder {
  readonly #connection: Connection;
  readonly #insert: SqliteStatement;
  /** Stores an event by itself, and is refused if the event does not follow what is stored. */
  readonly #insertNext: SqliteStatement;
  readonly #select: SelectVersions;
  readonly #notifications: SqliteStatement;
  readonly #notificationsOfTopics: SqliteStatement;
  readonly #maxPosition: SqliteStatement;
  readonly #lastVersion: SqliteStatement;
  readonly #positions: SqlitePositions;

  constructor(connection: Connection, tables: Tables) {
    const table = tables.events;
    const notifications = (filter: string) =>
      `SELECT position, ${EVENT_COLUMNS} FROM "${table}" WHERE position BETWEEN ? AND ? ${filter}
       ORDER BY position LIMIT ?`;
    this.#connection = connection;
    this.#insert = connection.prepare(`INSERT INTO "${table}" (${EVENT_COLUMNS}) VALUES (?, ?, ?, ?)`);
    this.#insertNext = connection.prepare(
      // The column takes no null.
      `INSERT INTO "${table}" (${EVENT_COLUMNS}) VALUES (
        ?1,
        CASE ?2 WHEN 1 + coalesce((SELECT max(version) FROM "${table}" WHERE aggregate_id = ?1), ?2 - 1) THEN ?2 END,
        ?3, ?4
      )`,
    );
    this.#select = selectVersions(connection, table);
    this.#notifications = connection.prepare(notifications(''));
    this.#notificationsOfTopics = connection.prepare(
      // The plus keeps to the order of positions, so that a limit ends the search early.
      notifications('AND +topic IN (SELECT value FROM json_each(?))'),
    );
    this.#maxPosition = connection.prepare(`SELECT coalesce(max(position), 0) FROM "${table}"`);
    this.#lastVersion = connection.prepare(`SELECT max(version) FROM "${table}" WHERE aggregate_id = ?`);
    this.#positions = new SqlitePositions(connection, tables);
  }

  async insert(events: readonly StoredEvent[], tracking?: Tracking): Promise<number[]> {
    checkEvents(events);
    if (tracking !== undefined) {
      checkTracking(tracking);
      return this.#connection.transaction(() => {
        this.#positions.refuseRepetition(tracking);
        const ids = this.#insertAll(events);
        this.#positions.store(tracking);
        return ids;
      });
    }
    const [first, second] = events;
    if (first === undefined) return [];
    if (second === undefined) {
      try {
        return [this.#connection.run(() => run(this.#insertNext, first))];
      } catch (error) {
        if (!this.#connection.isConstraint(error)) throw error;
        // It did not follow. What there is instead is told where nobody can change it meanwhile.
      }
    }
    return this.#connection.transaction(() => this.#insertAll(events));
  }

  async select(aggregateId: string, options: SelectOptions = {}): Promise<StoredEvent[]> {
    return this.#select(aggregateId, options);
  }

  async selectNotifications(options: NotificationOptions = {}): Promise<StoredNotification[]> {
    const { from, to, limit } = positionBounds(options);
    const rows =
      options.topics === undefined
        ? this.#rows(this.#notifications, from, to, limit)
        : this.#rows(this.#notificationsOfTopics, from, to, JSON.stringify(options.topics), limit);
    return rows.map(toStoredNotification);
  }

  async maxNotificationId(): Promise<number> {
    return toInteger(this.#rows(this.#maxPosition)[0]?.[0]);
  }

  async position(log: string): Promise<number> {
    return this.#connection.run(() => this.#positions.of(log));
  }

  async parked(log: string): Promise<Parked[]> {
    return this.#connection.run(() => this.#positions.parked(log));
  }

  /** In a transaction, so that nobody stores a version between the look at them and the last insert. */
  #insertAll(events: readonly StoredEvent[]): number[] {
    const conflict = versionConflict(events, (id) => this.#lastVersionOf(id));
    if (conflict !== undefined) throw conflict;
    return events.map((event) => run(this.#insert, event));
  }

  #lastVersionOf(aggregateId: string): number | undefined {
    const version = this.#lastVersion.all(aggregateId)[0]?.[0];
    return version === null ? undefined : toInteger(version);
  }

  #rows(statement: SqliteStatement, ...values: readonly SqliteValue[]): readonly Row[] {
    return this.#connection.run(() => statement.all(...values));
  }
}

function run(insert: SqliteStatement, { aggregateId, version, topic, state }: StoredEvent): number {
  return insert.run(aggregateId, version, topic, state);
}
