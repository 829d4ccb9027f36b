import type { Snapshot } from '../domain/snapshot.ts';
import type { Mapper } from './mapper.ts';
import type { SnapshotRecorder } from './recorder.ts';

/** Stores snapshots and gets them back: a mapper and a recorder together. */
export class SnapshotStore {
  readonly #mapper: Mapper;
  readonly #recorder: SnapshotRecorder;

  constructor(mapper: Mapper, recorder: SnapshotRecorder) {
    this.#mapper = mapper;
    this.#recorder = recorder;
  }

  /** Stores a snapshot. One of the same aggregate and version is replaced. */
  async put(snapshot: Snapshot): Promise<void> {
    await this.#recorder.put(this.#mapper.toStoredSnapshot(snapshot));
  }

  /** The latest snapshot of an aggregate, or the latest up to a version; nothing if newer code has taken it. */
  async latest(aggregateId: string, version?: number): Promise<Snapshot | undefined> {
    const [stored] = await this.#recorder.select(aggregateId, { lte: version, desc: true, limit: 1 });
    return stored && this.#mapper.toSnapshot(stored);
  }

  /** All snapshots of an aggregate that this code can read, by version. */
  async all(aggregateId: string): Promise<Snapshot[]> {
    const stored = await this.#recorder.select(aggregateId);
    return stored.map((each) => this.#mapper.toSnapshot(each)).filter((each) => each !== undefined);
  }
}
