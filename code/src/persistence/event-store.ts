import type { DomainEvent } from '../domain/domain-event.ts';
import { AggregateCore, recordingOf } from '../domain/recording/aggregate-core.ts';
import { validId } from '../domain/values/id.ts';
import { VersionConflictError } from './errors.ts';
import type { Mapper } from './mapper.ts';
import type { Recorder, SelectOptions } from './recorder.ts';
import { StoreError } from './store-error.ts';
import type { Writing, WritingCipher } from './subject-cipher.ts';
import type { Parked, Tracking } from './tracking.ts';

/** An event that has been stored, with its place in the order of all events of the application. */
export interface Notification extends DomainEvent {
  /** A whole number from 1. Later events have greater ids. */
  readonly id: number;
  /** Tells it from one whose content is gone; see `ForgottenNotification`. */
  readonly forgotten?: undefined;
}

/** Stores domain events and gets them back: a mapper and a recorder together. */
export class EventStore {
  readonly #mapper: Mapper;
  readonly #recorder: Recorder;

  constructor(mapper: Mapper, recorder: Recorder) {
    this.#mapper = mapper;
    this.#recorder = recorder;
  }

  /** Whether what was read once may have been forgotten since, so that it has to be asked for again. */
  get canForget(): boolean {
    return this.#mapper.keyed !== undefined;
  }

  /**
   * Stores all of the events or none of them. Each has to be as an aggregate would have recorded it.
   *
   * @param aggregates those that recorded the events, as far as there are any. They may tell whose data it is.
   * @throws {VersionConflictError} if a version of an aggregate is stored already.
   * @throws {StoreError} if the recorder answers with another number of ids (`ES_STORE_CONTRACT`). The events may be stored.
   * @throws {ForgottenError} if an event is of a subject that is forgotten.
   * @throws {ArgumentError} if a part of an event is not what it has to be.
   * @throws {TopicError} if no aggregate has such events.
   * @throws {PayloadError} if an event holds what cannot be stored.
   */
  async put(
    events: readonly DomainEvent[],
    aggregates: Iterable<{ readonly id: string }> = [],
  ): Promise<Notification[]> {
    return await this.store(
      events.map((event) => this.#mapper.checked(event)),
      aggregates,
    );
  }

  /**
   * The same for events that aggregates have recorded, or that were checked.
   *
   * @param tracking how far a follower has come by it.
   * @internal
   */
  async store(
    events: readonly DomainEvent[],
    aggregates: Iterable<{ readonly id: string }>,
    tracking?: Tracking,
  ): Promise<Notification[]> {
    const { keyed } = this.#mapper;
    // Nothing is awaited where there is nothing to wait for: ordinary saves and readings are not to pay for this.
    const owners = [...aggregates];
    const loose = this.#loose(events, owners);
    if (loose.length > 0) await this.#refuseWithoutBeginning(loose);
    const cipher = keyed === undefined ? undefined : await keyed.toWrite(this.#writings(events, owners));
    const stored = events.map((event) => this.#mapper.toStoredEvent(event, cipher));
    const ids = await (tracking === undefined
      ? this.#recorder.insert(stored)
      : this.#tracked('position') && this.#recorder.insert(stored, tracking));
    const notifications = events.map((event, index) => {
      const id = ids[index];
      if (id !== undefined && ids.length === events.length) return notification(id, this.#mapper.own(event));
      throw new StoreError(
        'ES_STORE_CONTRACT',
        `The recorder was given ${events.length} events to store and answered with ${ids.length} ids, instead of one for each. ` +
          'It did not fail, so the events may well be stored: look before you store them again. `recorderCases` of ' +
          'eventsourcing/testing says what a recorder has to do.',
      );
    });
    if (cipher !== undefined) await confirmed(cipher);
    return notifications;
  }

  /**
   * The events of one aggregate, by version.
   *
   * @throws {ArgumentError} if the id is none that an aggregate could have.
   * @throws {ForgottenError} if one is of a subject that is forgotten.
   */
  async get(aggregateId: string, options?: SelectOptions): Promise<DomainEvent[]> {
    const stored = await this.#recorder.select(validId(aggregateId), options);
    const { keyed } = this.#mapper;
    const cipher = keyed === undefined ? undefined : await keyed.toRead(stored);
    return stored.map((event) => this.#mapper.toDomainEvent(event, cipher));
  }

  /** How far the application has come in a log that it follows: the id of a notification, or 0 if it hasn't begun. */
  async position(log: string): Promise<number> {
    return await this.#tracked('position').call(this.#recorder, log);
  }

  /** The notifications of a log that were put aside, by position. */
  async parked(log: string): Promise<Parked[]> {
    return await this.#tracked('parked').call(this.#recorder, log);
  }

  /** Without it, a position would be lost, and what follows from an event would be stored again and again. */
  #tracked<K extends 'position' | 'parked'>(method: K): NonNullable<Recorder[K]> {
    const own = this.#recorder[method];
    if (own !== undefined) return own;
    throw new StoreError(
      'ES_STORE_CONTRACT',
      `The recorder has no method ${method}, so it keeps no positions, and an application that stores there can't follow ` +
        'another. `recorderCases` of eventsourcing/testing says what a recorder has to do.',
    );
  }

  /**
   * The first events of aggregates that neither begin them nor follow what is known to be stored: after `collectEvents`, or
   * as such. Recorders take the first version of an aggregate as it is, since only its class knows which it should be.
   */
  #loose(events: readonly DomainEvent[], aggregates: readonly { readonly id: string }[]): readonly DomainEvent[] {
    const known = new Set<string>();
    for (const aggregate of aggregates) {
      if (aggregate instanceof AggregateCore && recordingOf(aggregate).isStored) known.add(aggregate.id);
    }
    return events.filter((event) => {
      if (known.has(event.aggregateId)) return false;
      known.add(event.aggregateId);
      return !this.#mapper.begins(event);
    });
  }

  async #refuseWithoutBeginning(events: readonly DomainEvent[]): Promise<void> {
    for (const { aggregateId, version } of events) {
      const stored = await this.#recorder.select(aggregateId, { limit: 1 });
      if (stored.length === 0) throw new VersionConflictError(aggregateId, version, 0, { isUnknown: true });
    }
  }

  #writings(events: readonly DomainEvent[], aggregates: readonly { readonly id: string }[]): Writing[] {
    const byId = new Map(aggregates.map((aggregate) => [aggregate.id, aggregate]));
    return events.map((event) => {
      const { aggregateId, version } = event;
      // What tells whose data it is, is not the library's own code.
      return { aggregateId, version, event: this.#mapper.own(event), aggregate: byId.get(aggregateId) };
    });
  }
}

async function confirmed(cipher: WritingCipher): Promise<void> {
  try {
    await cipher.confirm();
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    throw new StoreError(
      cause.code,
      `The events are stored; whether their subjects were forgotten meanwhile could not be found out. ${cause.message}`,
      { cause },
    );
  }
}

export function notification(id: number, event: DomainEvent): Notification {
  const { type, aggregateId, version, timestamp, payload, metadata } = event;
  // Written out, since a spread takes three times as long (90 ns).
  const stored = { id, type, aggregateId, version, timestamp, payload };
  return Object.freeze(metadata === undefined ? stored : { ...stored, metadata });
}
