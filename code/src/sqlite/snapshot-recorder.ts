import { checkEvents, type SelectOptions, type SnapshotRecorder, type StoredSnapshot } from '../index.ts';
import { EVENT_COLUMNS } from '../sql/rows.ts';
import type { Connection } from './connection.ts';
import type { SqliteStatement } from './driver.ts';
import { type SelectVersions, selectVersions } from './select-versions.ts';

/** Keeps the snapshots of an application in a table of an SQLite database. */
export class SqliteSnapshotRecorder implements SnapshotRecorder {
  readonly #connection: Connection;
  readonly #put: SqliteStatement;
  readonly #select: SelectVersions;

  constructor(connection: Connection, table: string) {
    this.#connection = connection;
    this.#put = connection.prepare(
      `INSERT INTO "${table}" (${EVENT_COLUMNS}) VALUES (?, ?, ?, ?)
       ON CONFLICT (aggregate_id, version) DO UPDATE SET topic = excluded.topic, state = excluded.state`,
    );
    this.#select = selectVersions(connection, table);
  }

  async put(snapshot: StoredSnapshot): Promise<void> {
    checkEvents([snapshot]);
    const { aggregateId, version, topic, state } = snapshot;
    this.#connection.run(() => this.#put.run(aggregateId, version, topic, state));
  }

  async select(aggregateId: string, options: SelectOptions = {}): Promise<StoredSnapshot[]> {
    return this.#select(aggregateId, options);
  }
}
