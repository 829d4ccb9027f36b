import {
  checkEvents,
  type NotificationOptions,
  type Recorder,
  type SelectOptions,
  type StoredEvent,
  type StoredNotification,
  uuid4,
  versionConflict,
} from '../index.ts';
import { positionBounds } from '../sql/bounds.ts';
import { EVENT_COLUMNS, toInteger, toStoredNotification, toText } from '../sql/rows.ts';
import type { PostgresQuery } from './driver.ts';
import type { Log } from './log.ts';
import { checkWeight } from './weight.ts';

/** How often a save is made that did not follow what was stored, and now would. */
const MOST_ATTEMPTS = 3;

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
    // Then it can only be told what there is instead.
    if (versionConflict(events, () => undefined) !== undefined) {
      const last = await this.#log.run(({ query }) => this.#lastVersions(query, events));
      throw versionConflict(events, (id) => last.get(id));
    }
    const text = `SELECT ${this.#log.names.save}($1, $2, $3, $4, $5, $6)`;
    const values = [
      events.map((event) => event.aggregateId),
      events.map((event) => event.version),
      events.map((event) => event.topic),
      events.map((event) => event.state),
      uuid4(),
    ] as const;
    const outcome = await this.#log.run(async ({ query, write }, isUncertain) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await write(text, [...values, isUncertain]);
        } catch (error) {
          if (!this.#log.isDuplicate(error)) throw error;
          const last = await this.#lastVersions(query, events);
          const conflict = versionConflict(events, (id) => last.get(id));
          // Returned, not thrown: it is the answer, and no fault of the database.
          if (conflict !== undefined) return conflict;
          // Somebody has stored the missing versions since. That can happen, but not again and again.
          if (attempt === MOST_ATTEMPTS) throw error;
        }
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

  async #lastVersions(query: PostgresQuery, events: readonly StoredEvent[]): Promise<ReadonlyMap<string, number>> {
    const rows = await query(
      `SELECT aggregate_id, max(version) FROM ${this.#log.names.events}
       WHERE aggregate_id = ANY ($1::text[]) GROUP BY aggregate_id`,
      [[...new Set(events.map((event) => event.aggregateId))]],
    );
    return new Map(rows.map((row) => [toText(row[0]), toInteger(row[1])]));
  }
}
