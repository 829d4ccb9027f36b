import type { DomainEvent } from '../domain/domain-event.ts';
import type { Mapper } from './mapper.ts';
import type { Recorder, SelectOptions } from './recorder.ts';
import { StoreError } from './store-error.ts';

/** An event that has been stored, with its place in the order of all events of the application. */
export interface Notification extends DomainEvent {
  /** A whole number from 1. Later events have greater ids. */
  readonly id: number;
}

/** Stores domain events and gets them back: a mapper and a recorder together. */
export class EventStore {
  readonly #mapper: Mapper;
  readonly #recorder: Recorder;

  constructor(mapper: Mapper, recorder: Recorder) {
    this.#mapper = mapper;
    this.#recorder = recorder;
  }

  /**
   * Stores all of the events or none of them.
   *
   * @throws {VersionConflictError} if a version of an aggregate is stored already.
   * @throws {StoreError} if the recorder answers with another number of ids (`ES_STORE_CONTRACT`). The events may be stored.
   */
  async put(events: readonly DomainEvent[]): Promise<Notification[]> {
    const ids = await this.#recorder.insert(events.map((event) => this.#mapper.toStoredEvent(event)));
    return events.map((event, index) => {
      const id = ids[index];
      if (id !== undefined && ids.length === events.length) return notification(id, event);
      throw new StoreError(
        'ES_STORE_CONTRACT',
        `The recorder was given ${events.length} events to store and answered with ${ids.length} ids, instead of one for each. ` +
          'It did not fail, so the events may well be stored: look before you store them again. `recorderCases` of ' +
          'eventsourcing/testing says what a recorder has to do.',
      );
    });
  }

  /** The events of one aggregate, by version. */
  async get(aggregateId: string, options?: SelectOptions): Promise<DomainEvent[]> {
    const stored = await this.#recorder.select(aggregateId, options);
    return stored.map((event) => this.#mapper.toDomainEvent(event));
  }
}

export function notification(id: number, event: DomainEvent): Notification {
  return Object.freeze({ id, ...event });
}
