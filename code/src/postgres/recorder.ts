import {
  checkEvents,
  type NotificationOptions,
  type Recorder,
  type SelectOptions,
  type StoredEvent,
  type StoredNotification,
  uuid4,
  type VersionConflictError,
} from '../index.ts';
import { positionBounds, versionBounds } from '../sql/bounds.ts';
import { conflictOf } from '../sql/conflict.ts';
import { EVENT_COLUMNS, type Row, toInteger, toStoredEvent, toStoredNotification, toText } from '../sql/rows.ts';
import type { PostgresValue } from './driver.ts';
import { migrate, type Names } from './schema.ts';
import { type Session, UNIQUE_VIOLATION } from './session.ts';

/** Keeps the events of an application in a table of a PostgreSQL database. */
export class PostgresRecorder implements Recorder {
  readonly #session: Session;
  readonly #names: Names;
  readonly #mayMigrate: boolean;
  #migrated: Promise<void> | undefined;

  constructor(session: Session, names: Names, mayMigrate: boolean) {
    this.#session = session;
    this.#names = names;
    this.#mayMigrate = mayMigrate;
  }

  async insert(events: readonly StoredEvent[]): Promise<number[]> {
    checkEvents(events);
    if (events.length === 0) return [];
    const { driver } = this.#session;
    const text = `SELECT ${this.#names.save}($1, $2, $3, $4, $5, $6)`;
    const values = [
      events.map((event) => event.aggregateId),
      events.map((event) => event.version),
      events.map((event) => event.topic),
      events.map((event) => event.state),
      uuid4(),
    ] as const;
    const outcome = await this.#session.run(async (isUncertain) => {
      await this.#migrate();
      try {
        return await driver.query(text, [...values, isUncertain]);
      } catch (error) {
        const conflict = driver.sqlState(error) === UNIQUE_VIOLATION && (await this.#conflict(events));
        // Returned, not thrown: it is the answer, and no fault of the database.
        if (conflict) return conflict;
        throw error;
      }
    });
    if (outcome instanceof Error) throw outcome;
    const first = toInteger(outcome[0]?.[0]);
    return events.map((_, index) => first + index);
  }

  async select(aggregateId: string, options: SelectOptions = {}): Promise<StoredEvent[]> {
    const { from, to, limit } = versionBounds(options);
    const rows = await this.#rows(
      `SELECT ${EVENT_COLUMNS} FROM ${this.#names.events} WHERE aggregate_id = $1 AND version BETWEEN $2 AND $3
       ORDER BY version ${options.desc ? 'DESC' : 'ASC'} LIMIT $4`,
      [aggregateId, from, to, limit],
    );
    return rows.map(toStoredEvent);
  }

  async selectNotifications(options: NotificationOptions = {}): Promise<StoredNotification[]> {
    const { from, to, limit } = positionBounds(options);
    const { topics } = options;
    const rows = await this.#rows(
      `SELECT position, ${EVENT_COLUMNS} FROM ${this.#names.events} WHERE position BETWEEN $1 AND $2
       ${topics === undefined ? '' : 'AND topic = ANY ($4::text[])'} ORDER BY position LIMIT $3`,
      topics === undefined ? [from, to, limit] : [from, to, limit, topics],
    );
    return rows.map(toStoredNotification);
  }

  async maxNotificationId(): Promise<number> {
    const [row] = await this.#rows(`SELECT coalesce(max(position), 0) FROM ${this.#names.events}`, []);
    return toInteger(row?.[0]);
  }

  async #conflict(events: readonly StoredEvent[]): Promise<VersionConflictError | undefined> {
    const rows = await this.#session.driver.query(
      `SELECT aggregate_id, version, (SELECT max(version) FROM ${this.#names.events} WHERE aggregate_id = e.aggregate_id)
       FROM ${this.#names.events} AS e
       WHERE (aggregate_id, version) IN (SELECT * FROM unnest($1::text[], $2::bigint[]))
       UNION ALL
       SELECT aggregate_id, NULL, max(version) FROM ${this.#names.events} WHERE aggregate_id = ANY ($1::text[])
       GROUP BY aggregate_id`,
      [events.map((event) => event.aggregateId), events.map((event) => event.version)],
    );
    const last = new Map(rows.map((row) => [toText(row[0]), toInteger(row[2])]));
    const taken = new Set(rows.map((row) => `${String(row[1])} ${toText(row[0])}`));
    return conflictOf(events, {
      has: (aggregateId, version) => taken.has(`${version} ${aggregateId}`),
      last: (aggregateId) => last.get(aggregateId) ?? 0,
    });
  }

  #rows(text: string, values: readonly PostgresValue[]): Promise<readonly Row[]> {
    return this.#session.run(async () => {
      await this.#migrate();
      return await this.#session.driver.query(text, values);
    });
  }

  /** Once for each recorder, and again if it fails. */
  async #migrate(): Promise<void> {
    this.#migrated ??= migrate(this.#session.driver, this.#names, this.#mayMigrate);
    try {
      await this.#migrated;
    } catch (error) {
      this.#migrated = undefined;
      throw error;
    }
  }
}
