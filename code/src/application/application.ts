import { Aggregate } from '../domain/aggregate.ts';
import { lifeOf } from '../domain/aggregate-core.ts';
import { refuseIfBroken } from '../domain/broken.ts';
import type { DomainEvent } from '../domain/domain-event.ts';
import { ArgumentError } from '../domain/errors.ts';
import { type AggregateClass, rebuild } from '../domain/replay.ts';
import type { Cipher, Compressor } from '../persistence/cipher.ts';
import { VersionConflictError } from '../persistence/errors.ts';
import { EventStore, type Notification } from '../persistence/event-store.ts';
import { Mapper } from '../persistence/mapper.ts';
import { memory } from '../persistence/memory.ts';
import type { Store } from '../persistence/recorder.ts';
import { UnrecordedChangeError } from './errors.ts';
import { NotificationLog } from './notification-log.ts';
import { Repository } from './repository.ts';
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
  /** Encrypts what is stored; see `aesGcm` of `eventsourcing/crypto`. */
  readonly cipher?: Cipher;
  /** Makes what is stored smaller; see `zlib` of `eventsourcing/compression`. */
  readonly compressor?: Compressor;
}

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
 * - `aliases`: old names of topics or events that are still in storage, each with the name of today.
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
  readonly #verify: boolean;

  /** @throws {DefinitionError} if the aggregates or aliases that the class states do not fit together. */
  constructor(options: ApplicationOptions = {}) {
    const { store = memory(), name = new.target.name, sectionSize = 10, verify = false, cipher, compressor } = options;
    const topics = topicsOf(new.target);
    const mapper = new Mapper(topics, { cipher, compressor });
    const recorder = store.recorder(name);
    this.name = name;
    this.events = new EventStore(mapper, recorder);
    this.repository = new Repository(this.events, topics);
    this.notificationLog = new NotificationLog(recorder, mapper, topics, sectionSize);
    this.#verify = verify;
  }

  /**
   * Stores the pending events of aggregates, and events as such, in one transaction: all of them or none. Resolves
   * once they are durable; only then are they no longer pending.
   *
   * @param changes aggregates and events, in the order in which their events are stored; null and undefined are skipped.
   * @returns the events as they now stand in the notification log.
   * @throws {VersionConflictError} if another save was faster. All events stay pending.
   * @throws {CommandError} if an aggregate is in a state that its events do not account for.
   */
  async save(...changes: readonly (Aggregate | DomainEvent | null | undefined)[]): Promise<Notification[]> {
    const saved = new Map<Aggregate, readonly DomainEvent[]>();
    const events: DomainEvent[] = [];
    for (const change of changes) {
      if (change === null || change === undefined) continue;
      if (!(change instanceof Aggregate)) {
        events.push(checkedEvent(change));
      } else if (!saved.has(change)) {
        const pending = this.#pendingOf(change);
        saved.set(change, pending);
        events.push(...pending);
      }
    }
    if (events.length === 0) return [];
    const notifications = await this.events.put(events);
    for (const [aggregate, stored] of saved) forget(aggregate, stored);
    return notifications;
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
      try {
        await this.save(aggregate);
        return result;
      } catch (error) {
        if (!(error instanceof VersionConflictError && error.aggregateId === id) || attempt >= retries) throw error;
      }
    }
  }

  #pendingOf(aggregate: Aggregate): readonly DomainEvent[] {
    const life = lifeOf(aggregate);
    refuseIfBroken(aggregate, life);
    if (this.#verify && !aggregate.equals(rebuild(life))) {
      throw new UnrecordedChangeError(life.definition.topic, aggregate.id);
    }
    return [...life.pending];
  }
}

/** Events that were recorded while the others were being stored are still pending. */
function forget(aggregate: Aggregate, stored: readonly DomainEvent[]): void {
  const life = lifeOf(aggregate);
  const gone = new Set(stored);
  life.pending = life.pending.filter((event) => !gone.has(event));
}

function checkedEvent(change: DomainEvent): DomainEvent {
  const { type, aggregateId, version, timestamp, payload } = change;
  if (
    typeof type === 'string' &&
    typeof aggregateId === 'string' &&
    Number.isSafeInteger(version) &&
    typeof timestamp === 'string' &&
    typeof payload === 'object'
  ) {
    return change;
  }
  throw new ArgumentError('save takes aggregates and domain events, and was given something else.');
}
