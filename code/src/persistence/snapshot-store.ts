import type { Snapshot } from '../domain/snapshot.ts';
import { validId } from '../domain/values/id.ts';
import type { Mapper } from './mapper.ts';
import type { SnapshotRecorder, StoredSnapshot } from './recorder.ts';

/** Stores snapshots and gets them back: a mapper and a recorder together. */
export class SnapshotStore {
  readonly #mapper: Mapper;
  readonly #recorder: SnapshotRecorder;

  constructor(mapper: Mapper, recorder: SnapshotRecorder) {
    this.#mapper = mapper;
    this.#recorder = recorder;
  }

  /**
   * Stores a snapshot. One of the same aggregate and version is replaced.
   *
   * @param aggregate of which it is. It may tell whose data it is.
   * @throws {ForgottenError} if its subject is forgotten.
   */
  async put(snapshot: Snapshot, aggregate?: object): Promise<void> {
    const { aggregateId, version, created } = snapshot;
    const cipher = await this.#mapper.keyed?.toWrite([
      { aggregateId, version, event: this.#mapper.own(created), aggregate },
    ]);
    await this.#recorder.put(this.#mapper.toStoredSnapshot(snapshot, cipher));
    await cipher?.confirm();
  }

  /**
   * The latest snapshot of an aggregate, or the latest up to a version; nothing if newer code has taken it.
   *
   * @throws {ForgottenError} if its subject is forgotten.
   */
  async latest(aggregateId: string, version?: number): Promise<Snapshot | undefined> {
    const [snapshot] = await this.#mapped(
      await this.#recorder.select(validId(aggregateId), { lte: version, desc: true, limit: 1 }),
    );
    return snapshot;
  }

  /**
   * All snapshots of an aggregate that this code can read, by version.
   *
   * @throws {ForgottenError} if its subject is forgotten.
   */
  async all(aggregateId: string): Promise<Snapshot[]> {
    const snapshots = await this.#mapped(await this.#recorder.select(validId(aggregateId)));
    return snapshots.filter((each) => each !== undefined);
  }

  async #mapped(stored: readonly StoredSnapshot[]): Promise<(Snapshot | undefined)[]> {
    const cipher = await this.#mapper.keyed?.toRead(stored);
    return stored.map((each) => this.#mapper.toSnapshot(each, cipher));
  }
}
