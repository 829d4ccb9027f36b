import type { Aggregate } from '../domain/aggregate.ts';
import { definitionOf } from '../domain/definition/definition.ts';
import type { AggregateClass } from '../domain/recording/aggregate-class.ts';
import { type AggregateCore, recordingOf } from '../domain/recording/aggregate-core.ts';
import { replay, replayOnto } from '../domain/recording/replay.ts';
import { restore } from '../domain/recording/restore.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { validId } from '../domain/values/id.ts';
import { ForgottenError } from '../persistence/errors.ts';
import type { EventStore } from '../persistence/event-store.ts';
import type { SnapshotStore } from '../persistence/snapshot-store.ts';
import type { Topics } from '../persistence/topics.ts';
import { type Cache, lastOf, lastVersion, type StoredHistory } from './cache.ts';
import { AggregateNotFoundError, WrongAggregateError } from './errors.ts';
import type { AroundReads } from './hooks.ts';

/** Which state of an aggregate to get. */
export interface GetOptions {
  /** The version to go back to. A version that is still to come gets the latest one. */
  readonly version?: number | undefined;
}

/** What a repository uses to be faster. */
export interface RepositoryOptions {
  readonly snapshots?: SnapshotStore | undefined;
  readonly cache?: Cache | undefined;
  readonly around?: AroundReads | undefined;
}

/** Gets aggregates back from their stored events. */
export class Repository {
  readonly #events: EventStore;
  readonly #topics: Topics;

  readonly #snapshots: SnapshotStore | undefined;
  readonly #cache: Cache | undefined;
  readonly #around: AroundReads | undefined;

  constructor(events: EventStore, topics: Topics, options: RepositoryOptions = {}) {
    this.#events = events;
    this.#topics = topics;
    this.#snapshots = options.snapshots;
    this.#cache = options.cache;
    this.#around = options.around;
  }

  /**
   * The aggregate with this id, rebuilt from its events.
   *
   * @throws {AggregateNotFoundError} if there is none, if it has been discarded, or if it did not exist at the version.
   * @throws {WrongAggregateError} if the id is that of an aggregate of another class.
   * @throws {ForgottenError} if its subject is forgotten.
   * @throws {ArgumentError} if the id is none that an aggregate could have.
   */
  get<A extends Aggregate>(type: AggregateClass<A>, id: string, options: GetOptions = {}): Promise<A> {
    const { version } = options;
    if (this.#around === undefined) return this.#get(type, id, version);
    const { hooks, application } = this.#around;
    const context = { application, operation: 'repository.get', ...this.#subject(type, id), version } as const;
    return hooks.read(
      context,
      () => this.#get(type, id, version),
      () => ({ count: 1 }),
    );
  }

  async #get<A extends Aggregate>(type: AggregateClass<A>, id: string, version: number | undefined): Promise<A> {
    const found = await this.find(type, id, version);
    if (found === undefined) throw new AggregateNotFoundError(definitionOf(type).topic, id, version);
    if (!(found instanceof type)) {
      throw new WrongAggregateError(definitionOf(type).topic, recordingOf(found).definition.topic, id);
    }
    return found;
  }

  /**
   * Whether there is an aggregate of this class (or of one that extends it) with this id, and it is neither discarded nor
   * forgotten: whether `get` would get it.
   *
   * @throws {ArgumentError} if the id is none that an aggregate could have.
   */
  async has(type: AggregateClass<Aggregate>, id: string): Promise<boolean> {
    const read = async () => {
      try {
        return (await this.find(type, id, undefined)) instanceof type;
      } catch (error) {
        if (error instanceof ForgottenError) return false;
        throw error;
      }
    };
    if (this.#around === undefined) return await read();
    const { hooks, application } = this.#around;
    const context = { application, operation: 'repository.has', ...this.#subject(type, id) } as const;
    return await hooks.read(context, read, (isThere) => ({ count: isThere ? 1 : 0 }));
  }

  /**
   * Forgets what the cache holds of an aggregate. The next reading starts from storage.
   *
   * @throws {ArgumentError} if the id is none that an aggregate could have.
   */
  evict(id: string): void {
    this.#cache?.evict(validId(id));
  }

  /**
   * The aggregate with this id, of whatever class, unless there is none or it is discarded.
   *
   * @internal
   */
  async find(type: AggregateClass, id: string, version: number | undefined): Promise<AggregateCore | undefined> {
    validId(id);
    if (!this.#topics.hasClass(type)) throw this.#topics.unlisted(type);
    let history: StoredHistory;
    try {
      history = await this.#historyOf(id, version);
    } catch (error) {
      if (error instanceof ForgottenError) this.evict(id);
      throw error;
    }
    const aggregate = this.#rebuild(id, history) ?? (history.base && (await this.#withoutSnapshot(id, version)));
    return aggregate === undefined || recordingOf(aggregate).isDiscarded ? undefined : aggregate;
  }

  #subject(type: AggregateClass, id: string) {
    return { aggregateIds: [id], topics: this.#topics.hasClass(type) ? [definitionOf(type).topic] : [] };
  }

  #historyOf(id: string, version: number | undefined): Promise<StoredHistory> {
    if (version !== undefined || this.#cache === undefined) return this.#read(id, version);
    return this.#readThrough(this.#cache, id);
  }

  async #readThrough(cache: Cache, id: string): Promise<StoredHistory> {
    const cached = cache.get(id);
    if (cached === undefined) return await cache.read(id, () => this.#read(id, undefined));
    const { canForget } = this.#events;
    if (!cache.fastForward && !canForget) return cached;
    const { version, timestamp } = lastOf(cached);
    // With the last one that is here: to read it again finds out whether it may still be read, and whether it is there at
    // all, or a backup has been restored that ends before it.
    const [known, ...newer] = await this.#events.get(id, { gt: version - 1 });
    if (known?.version !== version || known.timestamp !== timestamp) {
      cache.evict(id);
      return await cache.read(id, () => this.#read(id, undefined));
    }
    cache.append(id, newer);
    // Others may have appended to what is cached while this was waiting, or taken it out of the cache.
    const last = lastVersion(cached);
    const missing = newer.filter((event) => event.version > last);
    return missing.length === 0 ? cached : { base: cached.base, events: [...cached.events, ...missing] };
  }

  async #read(id: string, version: number | undefined): Promise<StoredHistory> {
    // Each await costs some 50 ns, also of what is there: none is where there is nothing to wait for.
    const base = this.#snapshots && (await this.#snapshots.latest(id, version));
    if (base === undefined) return { base, events: await this.#events.get(id, { lte: version }) };
    return await this.#readFrom(base, this.#snapshots, version);
  }

  /**
   * Snapshots are a short cut, and what is stored is the truth. Where events were restored from a backup, snapshots may
   * tell of others, that came after it; so the event that a snapshot was taken after has to be there.
   */
  async #readFrom(
    latest: Snapshot,
    snapshots: SnapshotStore | undefined,
    version: number | undefined,
  ): Promise<StoredHistory> {
    const id = latest.aggregateId;
    let base: Snapshot | undefined = latest;
    while (base !== undefined) {
      const [last, ...events] = await this.#events.get(id, { gt: base.version - 1, lte: version });
      if (last?.version === base.version && last.timestamp === base.modifiedAt) return { base, events };
      base = await snapshots?.latest(id, base.version - 1);
    }
    return { base, events: await this.#events.get(id, { lte: version }) };
  }

  /** For a snapshot of a class that had other fields: everything is read from the first event on. */
  async #withoutSnapshot(id: string, version: number | undefined): Promise<AggregateCore | undefined> {
    const read = async () => ({ base: undefined, events: await this.#events.get(id, { lte: version }) });
    if (version !== undefined || this.#cache === undefined) return this.#rebuild(id, await read());
    this.#cache.evict(id);
    return this.#rebuild(id, await this.#cache.read(id, read));
  }

  /** @returns nothing if there is no history, or if the snapshot does not fit. */
  #rebuild(id: string, { base, events }: StoredHistory): AggregateCore | undefined {
    const first = base?.created ?? events[0];
    if (first === undefined) return undefined;
    const type = this.#topics.classOf(first.type);
    if (type === undefined) throw this.#topics.unknown(first.type, `version ${first.version} of ${id}`);
    const restored = base && restore(definitionOf(type), base);
    if (base !== undefined && restored === undefined) return undefined;
    const aggregate = restored === undefined ? replay(type, events) : replayOnto(type, restored, events);
    if (aggregate !== undefined) recordingOf(aggregate).isStored = true;
    return aggregate;
  }
}
