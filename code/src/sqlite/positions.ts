import { type Parked, PositionConflictError, type Tracking } from '../index.ts';
import type { Tables } from '../sql/names.ts';
import { toInteger, toText } from '../sql/rows.ts';
import type { Connection } from './connection.ts';
import type { SqliteStatement } from './driver.ts';

/** How far an application has followed other logs, and what it has put aside on its way. To be used by whoever has the connection. */
export class SqlitePositions {
  readonly #position: SqliteStatement;
  readonly #advance: SqliteStatement;
  readonly #parked: SqliteStatement;
  readonly #isParked: SqliteStatement;
  readonly #park: SqliteStatement;
  readonly #takeUp: SqliteStatement;

  constructor(connection: Connection, { positions, parked }: Pick<Tables, 'positions' | 'parked'>) {
    this.#position = connection.prepare(`SELECT position FROM "${positions}" WHERE log = ?`);
    this.#advance = connection.prepare(
      `INSERT INTO "${positions}" VALUES (?, ?) ON CONFLICT DO UPDATE SET position = excluded.position`,
    );
    this.#parked = connection.prepare(`SELECT position, reason FROM "${parked}" WHERE log = ? ORDER BY position`);
    this.#isParked = connection.prepare(`SELECT 1 FROM "${parked}" WHERE log = ? AND position = ?`);
    this.#park = connection.prepare(
      `INSERT INTO "${parked}" VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET reason = excluded.reason`,
    );
    this.#takeUp = connection.prepare(`DELETE FROM "${parked}" WHERE log = ? AND position = ?`);
  }

  /** The position that is stored for a log; 0 if none is. */
  of(log: string): number {
    const [row] = this.#position.all(log);
    return row === undefined ? 0 : toInteger(row[0]);
  }

  parked(log: string): Parked[] {
    return this.#parked.all(log).map((row) => ({ position: toInteger(row[0]), reason: toText(row[1]) }));
  }

  /** @throws {PositionConflictError} if others have dealt with some of what is to be stored. */
  refuseRepetition(tracking: Tracking): void {
    const { log, after, position, wasParked = false } = tracking;
    const found = this.of(log);
    const isDone = wasParked ? this.#isParked.all(log, position).length === 0 : found !== after;
    if (isDone) throw new PositionConflictError(tracking, found);
  }

  store({ log, position, parked, wasParked = false }: Tracking): void {
    if (wasParked) this.#takeUp.run(log, position);
    else this.#advance.run(log, position);
    if (parked !== undefined) this.#park.run(log, position, parked);
  }
}
