import type { DomainEvent } from '../domain/domain-event.ts';
import type { Mapper } from './mapper.ts';
import type { Recorder, SelectOptions } from './recorder.ts';

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
   */
  async put(events: readonly DomainEvent[]): Promise<Notification[]> {
    const ids = await this.#recorder.insert(events.map((event) => this.#mapper.toStoredEvent(event)));
    return events.map((event, index) => notification(ids[index] ?? 0, event));
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
