import type { Aggregate } from '../domain/aggregate.ts';
import type { DomainEvent } from '../domain/domain-event.ts';
import { ArgumentError, SnapshotError } from '../domain/errors.ts';
import type { AggregateClass } from '../domain/recording/aggregate-class.ts';
import { type AggregateCore, recordingOf } from '../domain/recording/aggregate-core.ts';
import { refuseIfBroken } from '../domain/recording/broken.ts';
import { rebuild } from '../domain/recording/restore.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { takeSnapshot } from '../domain/snapshots/take-snapshot.ts';
import type { Cipher, Compressor } from '../persistence/cipher.ts';
import { ForgottenError, VersionConflictError } from '../persistence/errors.ts';
import { EventStore, type Notification } from '../persistence/event-store.ts';
import { Mapper } from '../persistence/mapper.ts';
import { memory } from '../persistence/memory.ts';
import type { SnapshotRecorder, Store } from '../persistence/recorder.ts';
import { SnapshotStore } from '../persistence/snapshot-store.ts';
import type { KeyedCipher, SubjectCipher } from '../persistence/subject-cipher.ts';
import type { Topics } from '../persistence/topics.ts';
import type { Tracking } from '../persistence/tracking.ts';
import { Cache, type CacheOptions } from './cache.ts';
import { UnrecordedChangeError } from './errors.ts';
import { HookChain, type Hooks } from './hooks.ts';
import { NotificationLog } from './notification-log.ts';
import { type GetOptions, Repository } from './repository.ts';
import { type BatchRules, SaveBatch } from './save-batch.ts';
import { type SnapshotOptions, Snapshotting } from './snapshotting.ts';
import { topicsOf } from './topics-of.ts';

/** How an application is set up. Each option has a default. */
export interface ApplicationOptions {
  /** Where events are kept; in memory unless given. */
  readonly store?: Store;
  /** The name under which a store keeps the application's events apart from those of others; the class's name unless given. */
  readonly name?: string;
  /** The greatest number of notifications that the log gives out at once; 10 unless given. */
  readonly sectionSize?: number;
  /** Replays each aggregate before it is saved, to find changes that no event tells of. For tests; off unless given. */
  readonly verify?: boolean;
  /**
   * Encrypts what is stored, with the keys that it is given (`aesGcm` of `eventsourcing/crypto`) or with a key for each
   * subject, so that it can be forgotten (`subjectKeys`, likewise).
   */
  readonly cipher?: Cipher | SubjectCipher;
  /** Makes what is stored smaller; see `zlib` of `eventsourcing/compression`. */
  readonly compressor?: Compressor;
  /**
   * Whether to take snapshots: `true` for those that are taken by hand, with `takeSnapshot`, or also when. Reading begins
   * at the latest one. Off unless given.
   */
  readonly snapshots?: boolean | SnapshotOptions;
  /** Keeps in memory what was read and saved; off unless given. */
  readonly cache?: CacheOptions;
  /** Functions around what is stored and read, for tracing and the like; if there are several, the outermost first. */
  readonly hooks?: Hooks | readonly Hooks[];
}

/** Gets to know of events that an application has stored, by a `save` or by processing those of another. */
export type AfterSave = (stored: readonly Notification[], by: 'save' | 'process') => void | Promise<void>;

/** What of an application its own subclasses in this library use, and nobody else. */
export interface ApplicationInternals {
  readonly hooks: HookChain | undefined;
  newBatch(): SaveBatch;
  /** Stores what follows from events of another application, with the position there. */
  commit(batch: SaveBatch, tracking: Tracking): Promise<Notification[]>;
}

export let internalsOf: (application: Application) => ApplicationInternals;

/** How often to try again. */
export interface UpdateOptions {
  /** How many times a command is repeated after a version conflict; 3 unless given. */
  readonly retries?: number;
}

/**
 * Commands and queries over aggregates, and the storage of their events.
 *
 * A subclass states, as static members:
 * - `aggregates`: the classes of its aggregates;
 * - `aliases`: old names of topics or events that are still in storage, each with the name of today;
 * - `env`: defaults for the variables that `fromEnv` reads.
 *
 * @example
 * ```ts
 * import { Aggregate, Application, event } from 'eventsourcing';
 *
 * @event('Dog.Registered', 'name')
 * class Dog extends Aggregate {
 *   constructor(readonly name: string) { super(); }
 * }
 *
 * class DogSchool extends Application {
 *   static aggregates = [Dog];
 *
 *   async registerDog(name: string) {
 *     const dog = new Dog(name);
 *     await this.save(dog);
 *     return dog.id;
 *   }
 * }
 *
 * const school = new DogSchool();
 * const id = await school.registerDog('Fido');
 * console.log((await school.repository.get(Dog, id)).name); // Fido
 * ```
 */
export class Application {
  readonly name: string;
  readonly repository: Repository;
  readonly notificationLog: NotificationLog;
  readonly events: EventStore;
  /** The stored snapshots, if the application takes any. */
  readonly snapshots: SnapshotStore | undefined;
  readonly #verify: boolean;
  readonly #mapper: Mapper;
  readonly #topics: Topics;
  readonly #cache: Cache | undefined;
  readonly #snapshotting: Snapshotting | undefined;
  readonly #hooks: HookChain | undefined;
  /** Of `update`: which one is saving the aggregate. */
  readonly #attempts = new WeakMap<Aggregate, number>();
  readonly #keyed: KeyedCipher | undefined;
  readonly #listeners = new Set<AfterSave>();
  readonly #rules: BatchRules = {
    pendingOf: (aggregate) => this.#pendingOf(aggregate),
    checked: (event) => this.#mapper.checked(event),
  };

  static {
    internalsOf = (application) => ({
      hooks: application.#hooks,
      newBatch: () => new SaveBatch(application.#rules),
      commit: (batch, tracking) => application.#commit(batch, tracking),
    });
  }

  /** @throws {DefinitionError} if the aggregates or aliases that the class states do not fit together. */
  constructor(options: ApplicationOptions = {}) {
    const { store = memory(), name = new.target.name, sectionSize = 10, verify = false, cipher, compressor } = options;
    const topics = topicsOf(new.target);
    const hasSubjects = cipher !== undefined && 'open' in cipher;
    this.#keyed = hasSubjects ? cipher.open(store.keyRecorder?.(name)) : undefined;
    const mapper = new Mapper(topics, { cipher: hasSubjects ? this.#keyed : cipher, compressor });
    const recorder = store.recorder(name);
    const { snapshots = false, cache, hooks } = options;
    this.name = name;
    this.#mapper = mapper;
    this.#topics = topics;
    this.events = new EventStore(mapper, recorder);
    if (snapshots !== false) {
      this.snapshots = new SnapshotStore(mapper, snapshotRecorderOf(store, name));
      this.#snapshotting = new Snapshotting(snapshots === true ? {} : snapshots, topics, mapper);
    }
    this.#cache = cache && new Cache(cache);
    this.#hooks = hooks && new HookChain(isList(hooks) ? hooks : [hooks]);
    const around = this.#hooks && { hooks: this.#hooks, application: name };
    this.repository = new Repository(this.events, topics, { snapshots: this.snapshots, cache: this.#cache, around });
    this.notificationLog = new NotificationLog(name, recorder, mapper, topics, sectionSize, around);
    this.#verify = verify;
  }

  /**
   * Stores the pending events of aggregates, and events as such, in one transaction: all of them or none. Resolves
   * once they are durable; only then are they no longer pending.
   *
   * @param changes aggregates and events, in the order in which their events are stored; null and undefined are skipped.
   * @returns the events as they now stand in the notification log.
   * @throws {VersionConflictError} if another save was faster. All events stay pending.
   * @throws {ArgumentError} if an event as such is not as an aggregate would have recorded it.
   * @throws {PayloadError} if it holds what cannot be stored.
   * @throws {CommandError} if an aggregate is in a state that its events do not account for.
   * @throws {ForgottenError} if the data is of a subject that is forgotten.
   */
  async save(...changes: readonly (Aggregate | DomainEvent | null | undefined)[]): Promise<Notification[]> {
    const batch = new SaveBatch(this.#rules);
    for (const change of changes) if (change !== null && change !== undefined) batch.add(change);
    return batch.events.length === 0 ? [] : await this.#commit(batch, undefined);
  }

  /**
   * Calls a function each time this object has stored events, once they are durable. What it returns is awaited before
   * `save` returns; what it throws is reported to the console, and never makes a durable save look failed. It's no more than
   * a hint: what other processes store, it isn't told.
   *
   * @returns a function that ends it.
   */
  afterSave(listener: AfterSave): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param tracking what it follows from, unless it's a save. */
  async #commit(batch: SaveBatch, tracking: Tracking | undefined): Promise<Notification[]> {
    const { events, saved, single } = batch;
    let notifications: Notification[];
    try {
      // Hooks are around a save here, and around the whole of what is processed.
      notifications = await (this.#hooks !== undefined && tracking === undefined
        ? this.#put(this.#hooks, batch)
        : this.events.store(events, saved.keys(), tracking));
    } catch (error) {
      // Whatever has happened, what is in the cache may not be the latest.
      for (const { aggregateId } of events) this.#cache?.evict(aggregateId);
      if (error instanceof ForgottenError && error.isStored) {
        for (const [aggregate, stored] of saved) settle(aggregate, stored);
      }
      throw error;
    }
    for (const [aggregate, stored] of saved) {
      settle(aggregate, stored);
      this.#remember(aggregate, stored);
    }
    // Whether they follow what is in the cache, or come from elsewhere, nobody knows here.
    for (const { aggregateId } of single) this.#cache?.evict(aggregateId);
    if (this.#snapshotting !== undefined) {
      await this.#snapshotting.after(notifications, (event) => this.#takeDueSnapshot(event));
    }
    if (this.#listeners.size > 0 && notifications.length > 0) {
      await this.#tell(notifications, tracking === undefined ? 'save' : 'process');
    }
    return notifications;
  }

  /**
   * Stores the state of an aggregate, as it is stored or as it was at an earlier version. Reading it begins there from
   * now on, instead of at its first event.
   *
   * @throws {SnapshotError} if the application takes no snapshots (`ES_SNAPSHOTS_OFF`), or the state of this aggregate is
   * more than data (`ES_SNAPSHOT`).
   * @throws {AggregateNotFoundError} if there is no such aggregate.
   * @example
   * ```ts
   * import { Aggregate, Application, event } from 'eventsourcing';
   *
   * @event('Counter.Started')
   * class Counter extends Aggregate {
   *   count = 0;
   *   @event('Incremented')
   *   increment() { this.count += 1; }
   * }
   *
   * class Counters extends Application {
   *   static aggregates = [Counter];
   * }
   *
   * const counters = new Counters({ snapshots: { every: 100 } });
   * const counter = new Counter();
   * for (let n = 0; n < 250; n++) counter.increment();
   * await counters.save(counter);
   * console.log((await counters.snapshots?.all(counter.id))?.map((s) => s.version)); // [ 100, 200 ]
   *
   * const snapshot = await counters.takeSnapshot(Counter, counter.id);
   * console.log(snapshot.version, snapshot.state); // 251 { count: 250 }
   * ```
   */
  async takeSnapshot(type: AggregateClass<Aggregate>, id: string, options: GetOptions = {}): Promise<Snapshot> {
    if (this.snapshots === undefined) {
      throw new SnapshotError(
        'ES_SNAPSHOTS_OFF',
        `The application ${this.name} takes no snapshots. Construct it with { snapshots: true } to take them by hand, with ` +
          '{ snapshots: { every: 50 } } to have one at each 50th version, or with { snapshots: { when: (event) => … } } ' +
          'for a rule of your own. With fromEnv, set IS_SNAPSHOTTING_ENABLED=yes or SNAPSHOTTING_INTERVAL=50.',
        { aggregateId: id, version: options.version },
      );
    }
    // From what is stored, and not from an object that somebody may have changed.
    const snapshot = await this.#storeSnapshotOf(await this.repository.get(type, id, options));
    // The cache begins with this one from now on.
    return this.#mapper.ownSnapshot(snapshot);
  }

  /**
   * Gets an aggregate, runs a command on it and saves it; and does so again if another save was faster.
   *
   * @param command must not have other effects, since it may run several times.
   * @returns what the command returns, the last time.
   * @throws {VersionConflictError} if the last retry came too late as well.
   * @throws {AggregateNotFoundError} if there is no such aggregate.
   * @example
   * ```ts
   * import { Aggregate, Application, event } from 'eventsourcing';
   *
   * @event('Counter.Started')
   * class Counter extends Aggregate {
   *   count = 0;
   *   @event('Incremented')
   *   increment() { this.count += 1; }
   * }
   *
   * class Counters extends Application {
   *   static aggregates = [Counter];
   * }
   *
   * const counters = new Counters();
   * const counter = new Counter();
   * await counters.save(counter);
   * await Promise.all([
   *   counters.update(Counter, counter.id, (c) => c.increment()),
   *   counters.update(Counter, counter.id, (c) => c.increment()),
   * ]);
   * console.log((await counters.repository.get(Counter, counter.id)).count); // 2
   * ```
   */
  async update<A extends Aggregate, R>(
    type: AggregateClass<A>,
    id: string,
    command: (aggregate: A) => R,
    options: UpdateOptions = {},
  ): Promise<Awaited<R>> {
    const { retries = 3 } = options;
    if (!Number.isSafeInteger(retries) || retries < 0) {
      throw new ArgumentError(`The number of retries must be a whole number from 0, not ${retries}.`);
    }
    for (let attempt = 0; ; attempt++) {
      const aggregate = await this.repository.get(type, id);
      const result = await command(aggregate);
      if (this.#hooks !== undefined) this.#attempts.set(aggregate, attempt + 1);
      try {
        await this.save(aggregate);
        return result;
      } catch (error) {
        if (!(error instanceof VersionConflictError && error.aggregateId === id) || attempt >= retries) throw error;
      } finally {
        this.#attempts.delete(aggregate);
      }
    }
  }

  /**
   * Forgets a subject for good: destroys its key, so that nothing that was stored of it, in events and in snapshots, can
   * be read again, by this process or by any other. Its events stay in the log, in their places and without content.
   * Reading and saving its aggregates throws a `ForgottenError` from now on; also if nothing was ever stored of it.
   *
   * @param subject the id of an aggregate, unless the cipher was told otherwise.
   * @returns whether it had a key: false if it is not known, or forgotten already. Forgetting again does no harm.
   * @throws {ArgumentError} if the application has no keys for subjects.
   * @throws {StoreError} `ES_STORE_BUSY` if the key is destroyed, and traces of it are left in a file that others are
   * reading: forget again.
   * @example
   * ```ts
   * import { Aggregate, Application, event } from 'eventsourcing';
   * import { aesGcm, createKey, subjectKeys } from 'eventsourcing/crypto';
   *
   * @event('Dog.Registered', 'name')
   * class Dog extends Aggregate {
   *   constructor(readonly name: string) { super(); }
   * }
   *
   * class DogSchool extends Application {
   *   static aggregates = [Dog];
   * }
   *
   * const school = new DogSchool({ cipher: subjectKeys(aesGcm({ keys: { '2026-11': createKey() } })) });
   * const [fido, rex] = [new Dog('Fido'), new Dog('Rex')];
   * await school.save(fido, rex);
   *
   * console.log(await school.forget(fido.id)); // true
   * const error = await school.repository.get(Dog, fido.id).catch((caught) => caught);
   * console.log(error.code, error.subject === fido.id); // ES_FORGOTTEN true
   *
   * const log = await school.notificationLog.select();
   * const lines = log.map((n) => (n.forgotten ? 'forgotten' : n.payload.name));
   * console.log(lines); // [ 'forgotten', 'Rex' ]
   * ```
   */
  async forget(subject: string): Promise<boolean> {
    const wasKnown = await this.#withKeys('forget').forget(subject);
    // Whose aggregates the subject's are is known to the states that are stored, and not to the cache.
    this.#cache?.clear();
    return wasKnown;
  }

  /**
   * Wraps the keys of all subjects with the current key of the master cipher. A former key of the master is then of no
   * use any more, also for keys in backups and other traces: once every process writes with the current one, rewrap, and
   * destroy it.
   *
   * @returns how many keys were wrapped.
   * @throws {ArgumentError} if the application has no keys for subjects.
   * @throws {CipherError} if a key was wrapped with one that the master does not have.
   */
  async rewrapKeys(): Promise<number> {
    return await this.#withKeys('rewrap').rewrap();
  }

  #withKeys(wanted: string): KeyedCipher {
    if (this.#keyed !== undefined) return this.#keyed;
    throw new ArgumentError(
      `The application ${this.name} has no keys for subjects to ${wanted}. Construct it with the cipher ` +
        'subjectKeys(aesGcm({ keys })) of eventsourcing/crypto.',
    );
  }

  async #takeDueSnapshot({ aggregateId, version, type }: DomainEvent): Promise<void> {
    const actual = this.#topics.classOf(type);
    if (actual === undefined) throw this.#topics.unknown(type, `version ${version} of ${aggregateId}`);
    const aggregate = await this.repository.find(actual, aggregateId, version);
    // If it has been discarded by then, there is nothing to take.
    if (aggregate !== undefined) await this.#storeSnapshotOf(aggregate);
  }

  async #storeSnapshotOf(aggregate: AggregateCore): Promise<Snapshot> {
    const snapshot = takeSnapshot(aggregate);
    const put = async () => await this.snapshots?.put(snapshot, aggregate);
    if (this.#hooks === undefined) await put();
    else {
      const { aggregateId } = snapshot;
      const { topic } = recordingOf(aggregate).definition;
      const context = {
        application: this.name,
        operation: 'takeSnapshot',
        aggregateIds: [aggregateId],
        topics: [topic],
        eventCount: 0,
        attempt: 1,
      } as const;
      await this.#hooks.save(context, put, () => ({ notificationIds: [] }));
    }
    this.#cache?.shorten(snapshot);
    return snapshot;
  }

  async #tell(notifications: readonly Notification[], by: 'save' | 'process'): Promise<void> {
    for (const listener of this.#listeners) {
      try {
        await listener(notifications, by);
      } catch (error) {
        console.error(error);
      }
    }
  }

  async #put(hooks: HookChain, { events, saved }: SaveBatch): Promise<Notification[]> {
    const context = {
      application: this.name,
      operation: 'save',
      aggregateIds: [...new Set(events.map(({ aggregateId }) => aggregateId))],
      topics: [...new Set(events.map(({ type }) => type))],
      eventCount: events.length,
      attempt: [...saved.keys()].reduce((most, aggregate) => Math.max(most, this.#attempts.get(aggregate) ?? 1), 1),
    } as const;
    return await hooks.save(
      context,
      () => this.events.store(events, saved.keys()),
      (stored) => ({ notificationIds: stored.map(({ id }) => id) }),
    );
  }

  #remember(aggregate: Aggregate, stored: readonly DomainEvent[]): void {
    const isNew = stored[0]?.type === recordingOf(aggregate).definition.createdType;
    if (isNew) this.#cache?.add(aggregate.id, stored);
    else this.#cache?.append(aggregate.id, stored);
  }

  #pendingOf(aggregate: Aggregate): DomainEvent[] {
    const recording = recordingOf(aggregate);
    refuseIfBroken(aggregate, recording);
    if (this.#verify && !aggregate.equals(rebuild(recording))) {
      throw new UnrecordedChangeError(recording.definition.topic, aggregate.id);
    }
    return recording.pending.slice();
  }
}

function isList(hooks: Hooks | readonly Hooks[]): hooks is readonly Hooks[] {
  return Array.isArray(hooks);
}

function snapshotRecorderOf(store: Store, name: string): SnapshotRecorder {
  const recorder = store.snapshotRecorder?.(name);
  if (recorder !== undefined) return recorder;
  throw new ArgumentError(`The application ${name} is to take snapshots, and its store keeps none.`);
}

/** Events that were recorded while the others were being stored are still pending. */
function settle(aggregate: Aggregate, stored: readonly DomainEvent[]): void {
  const recording = recordingOf(aggregate);
  recording.isStored = true;
  const gone = new Set(stored);
  recording.pending = recording.pending.filter((event) => !gone.has(event));
}
