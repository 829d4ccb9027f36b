import {
  checkEvents,
  checkTracking,
  type NotificationOptions,
  type Parked,
  PositionConflictError,
  type Recorder,
  type SelectOptions,
  type StoredEvent,
  type StoredNotification,
  type Tracking,
  uuid4,
  versionConflict,
} from '../index.ts';
import { positionBounds } from '../sql/bounds.ts';
import { EVENT_COLUMNS, toInteger, toStoredNotification, toText } from '../sql/rows.ts';
import type { PostgresQuery, PostgresValue } from './driver.ts';
import type { Log } from './log.ts';
import { checkWeight } from './weight.ts';

/** How often a save is made that did not follow what was stored, and now would. */
const MOST_ATTEMPTS = 3;

/** Keeps the events of an application in a table of a PostgreSQL database, and how far it has followed others. */
export class PostgresRecorder implements Recorder {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  async insert(events: readonly StoredEvent[], tracking?: Tracking): Promise<number[]> {
    checkEvents(events);
    if (tracking !== undefined) checkTracking(tracking);
    checkWeight('save', events);
    if (events.length === 0 && tracking === undefined) return [];
    // Then it can only be told what there is instead.
    if (versionConflict(events, () => undefined) !== undefined) {
      if (tracking !== undefined) await this.#refuseRepetition(tracking);
      const last = await this.#log.run(({ query }) => this.#lastVersions(query, events));
      throw versionConflict(events, (id) => last.get(id));
    }
    const { save, follow } = this.#log.names;
    const text =
      tracking === undefined
        ? `SELECT ${save}($1, $2, $3, $4, $5, $6)`
        : `SELECT first, refused_at FROM ${follow}($7, $8, $9, $10, $11, $12, $1, $2, $3, $4, $5, $6)`;
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
          return await write(text, [
            ...values,
            isUncertain,
            ...(tracking === undefined ? [] : trackingValues(tracking)),
          ]);
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
    const [first, refusedAt = null] = outcome[0] ?? [];
    if (tracking !== undefined && refusedAt !== null) throw new PositionConflictError(tracking, toInteger(refusedAt));
    return events.map((_, index) => toInteger(first) + index);
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

  async position(log: string): Promise<number> {
    const [row] = await this.#log.query(`SELECT position FROM ${this.#log.names.positions} WHERE log = $1`, [log]);
    return row === undefined ? 0 : toInteger(row[0]);
  }

  async parked(log: string): Promise<Parked[]> {
    const rows = await this.#log.query(
      `SELECT position, reason FROM ${this.#log.names.parked} WHERE log = $1 AND reason IS NOT NULL ORDER BY position`,
      [log],
    );
    return rows.map((row) => ({ position: toInteger(row[0]), reason: toText(row[1]) }));
  }

  /** For what is not stored anyway. */
  async #refuseRepetition(tracking: Tracking): Promise<void> {
    const { log, after, position, wasParked = false } = tracking;
    const found = await this.position(log);
    const isDone = wasParked
      ? (await this.parked(log)).every((parked) => parked.position !== position)
      : found !== after;
    if (isDone) throw new PositionConflictError(tracking, found);
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

/** As the function takes them. A reason that there is not is an empty one. */
function trackingValues({ log, after, position, parked, wasParked = false }: Tracking): readonly PostgresValue[] {
  return [log, after, position, parked !== undefined, parked ?? '', wasParked];
}
