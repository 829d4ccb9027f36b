import {
  checkEvents,
  type NotificationOptions,
  type Recorder,
  type SelectOptions,
  type StoredEvent,
  type StoredNotification,
  type VersionConflictError,
} from '../index.ts';
import { positionBounds } from '../sql/bounds.ts';
import { conflictOf } from '../sql/conflict.ts';
import { EVENT_COLUMNS, type Row, toInteger, toStoredNotification } from '../sql/rows.ts';
import type { Connection } from './connection.ts';
import type { SqliteStatement, SqliteValue } from './driver.ts';
import { type SelectVersions, selectVersions } from './select-versions.ts';

/**
 * Keeps the events of an application in a table of an SQLite database. SQLite lets one connection write at a time, so
 * ids are in the order of commits, and a reader never sees one appear below its position.
 */
export class SqliteRecorder implements Recorder {
  readonly #connection: Connection;
  readonly #insert: SqliteStatement;
  readonly #select: SelectVersions;
  readonly #notifications: SqliteStatement;
  readonly #notificationsOfTopics: SqliteStatement;
  readonly #maxPosition: SqliteStatement;
  readonly #exists: SqliteStatement;
  readonly #lastVersion: SqliteStatement;

  constructor(connection: Connection, table: string) {
    const notifications = (filter: string) =>
      `SELECT position, ${EVENT_COLUMNS} FROM "${table}" WHERE position BETWEEN ? AND ? ${filter}
       ORDER BY position LIMIT ?`;
    this.#connection = connection;
    this.#insert = connection.prepare(`INSERT INTO "${table}" (${EVENT_COLUMNS}) VALUES (?, ?, ?, ?)`);
    this.#select = selectVersions(connection, table);
    this.#notifications = connection.prepare(notifications(''));
    this.#notificationsOfTopics = connection.prepare(
      // The plus keeps to the order of positions, so that a limit ends the search early.
      notifications('AND +topic IN (SELECT value FROM json_each(?))'),
    );
    this.#maxPosition = connection.prepare(`SELECT coalesce(max(position), 0) FROM "${table}"`);
    this.#exists = connection.prepare(`SELECT 1 FROM "${table}" WHERE aggregate_id = ? AND version = ?`);
    this.#lastVersion = connection.prepare(`SELECT coalesce(max(version), 0) FROM "${table}" WHERE aggregate_id = ?`);
  }

  async insert(events: readonly StoredEvent[]): Promise<number[]> {
    checkEvents(events);
    const insert = (): number[] =>
      events.map(({ aggregateId, version, topic, state }) => this.#insert.run(aggregateId, version, topic, state));
    try {
      // One statement is a transaction by itself, and takes one step instead of three.
      return events.length > 1 ? this.#connection.transaction(insert) : this.#connection.run(insert);
    } catch (error) {
      throw (this.#connection.isDuplicate(error) && this.#conflict(events)) || error;
    }
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
    return this.#integer(this.#maxPosition);
  }

  #conflict(events: readonly StoredEvent[]): VersionConflictError | undefined {
    return conflictOf(events, {
      has: (aggregateId, version) => this.#rows(this.#exists, aggregateId, version).length > 0,
      last: (aggregateId) => this.#integer(this.#lastVersion, aggregateId),
    });
  }

  #integer(statement: SqliteStatement, ...values: readonly SqliteValue[]): number {
    return toInteger(this.#rows(statement, ...values)[0]?.[0]);
  }

  #rows(statement: SqliteStatement, ...values: readonly SqliteValue[]): readonly Row[] {
    return this.#connection.run(() => statement.all(...values));
  }
}
