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
import { positionBounds } from '../sql/bounds.ts';
import { conflictOf } from '../sql/conflict.ts';
import { EVENT_COLUMNS, toInteger, toStoredNotification, toText } from '../sql/rows.ts';
import type { PostgresQuery } from './driver.ts';
import type { Log } from './log.ts';
import { checkWeight } from './weight.ts';

/** Keeps the events of an application in a table of a PostgreSQL database. */
export class PostgresRecorder implements Recorder {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  async insert(events: readonly StoredEvent[]): Promise<number[]> {
    checkEvents(events);
    checkWeight('save', events);
    if (events.length === 0) return [];
    const text = `SELECT ${this.#log.names.save}($1, $2, $3, $4, $5, $6)`;
    const values = [
      events.map((event) => event.aggregateId),
      events.map((event) => event.version),
      events.map((event) => event.topic),
      events.map((event) => event.state),
      uuid4(),
    ] as const;
    const outcome = await this.#log.run(async ({ query, write }, isUncertain) => {
      try {
        return await write(text, [...values, isUncertain]);
      } catch (error) {
        const conflict = this.#log.isDuplicate(error) && (await this.#conflict(query, events));
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
    return await this.#log.selectVersions(this.#log.names.events, aggregateId, options);
  }

  async selectNotifications(options: NotificationOptions = {}): Promise<StoredNotification[]> {
    const { from, to, limit } = positionBounds(options);
    const { topics } = options;
    const rows = await this.#log.query(
      `SELECT position, ${EVENT_COLUMNS} FROM ${this.#log.names.events} WHERE position BETWEEN $1 AND $2
       ${topics === undefined ? '' : 'AND topic = ANY ($4::text[])'} ORDER BY position LIMIT $3`,
      topics === undefined ? [from, to, limit] : [from, to, limit, topics],
    );
    return rows.map(toStoredNotification);
  }

  async maxNotificationId(): Promise<number> {
    const [row] = await this.#log.query(`SELECT coalesce(max(position), 0) FROM ${this.#log.names.events}`, []);
    return toInteger(row?.[0]);
  }

  async #conflict(query: PostgresQuery, events: readonly StoredEvent[]): Promise<VersionConflictError | undefined> {
    const ids = events.map((event) => event.aggregateId);
    const table = this.#log.names.events;
    const taken = await query(
      `SELECT aggregate_id, version FROM ${table}
       WHERE (aggregate_id, version) IN (SELECT * FROM unnest($1::text[], $2::bigint[]))`,
      [ids, events.map((event) => event.version)],
    );
    const last = await query(
      `SELECT aggregate_id, max(version) FROM ${table} WHERE aggregate_id = ANY ($1::text[]) GROUP BY aggregate_id`,
      [ids],
    );
    const takenVersions = new Set(taken.map((row) => `${toInteger(row[1])} ${toText(row[0])}`));
    const lastVersions = new Map(last.map((row) => [toText(row[0]), toInteger(row[1])]));
    return conflictOf(events, {
      has: (aggregateId, version) => takenVersions.has(`${version} ${aggregateId}`),
      last: (aggregateId) => lastVersions.get(aggregateId) ?? 0,
    });
  }
}
