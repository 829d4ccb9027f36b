import { checkEvents, type SelectOptions, type SnapshotRecorder, type StoredSnapshot } from '../index.ts';
import { EVENT_COLUMNS } from '../sql/rows.ts';
import type { Log } from './log.ts';
import { checkWeight } from './weight.ts';

/** Keeps the snapshots of an application in a table of a PostgreSQL database. */
export class PostgresSnapshotRecorder implements SnapshotRecorder {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  async put(snapshot: StoredSnapshot): Promise<void> {
    checkEvents([snapshot]);
    checkWeight('snapshot', [snapshot]);
    const { aggregateId, version, topic, state } = snapshot;
    await this.#log.write(
      `INSERT INTO ${this.#log.names.snapshots} (${EVENT_COLUMNS}) VALUES ($1, $2, $3, $4)
       ON CONFLICT (aggregate_id, version) DO UPDATE SET topic = excluded.topic, state = excluded.state`,
      [aggregateId, version, topic, state],
    );
  }

  async select(aggregateId: string, options: SelectOptions = {}): Promise<StoredSnapshot[]> {
    return await this.#log.selectVersions(this.#log.names.snapshots, aggregateId, options);
  }
}
