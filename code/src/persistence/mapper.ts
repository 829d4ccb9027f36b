import { frozenCopy } from '../domain/copy.ts';
import type { DomainEvent, Payload } from '../domain/domain-event.ts';
import { isPrimitive } from '../domain/primitive.ts';
import type { Transcodings } from '../domain/value.ts';
import { StateDamagedError } from './errors.ts';
import type { StoredEvent } from './recorder.ts';
import type { Topics } from './topics.ts';
import { Transcoder } from './transcoder.ts';

/** Turns domain events into stored ones, and back. */
export class Mapper {
  readonly #topics: Topics;
  readonly #transcoder: Transcoder;
  readonly #transcodings: Transcodings;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });

  constructor(topics: Topics) {
    this.#topics = topics;
    this.#transcoder = new Transcoder(topics.transcodings);
    this.#transcodings = new Map(topics.transcodings.map((transcoding) => [transcoding.type, transcoding]));
  }

  /**
   * @throws {TopicError} if no aggregate of the application has such events.
   * @throws {PayloadError} if the event holds what cannot be stored.
   */
  toStoredEvent(event: DomainEvent): StoredEvent {
    const { aggregateId, version, type, timestamp, payload, metadata } = event;
    const known = this.#topics.eventOf(type);
    if (known === undefined) throw this.#topics.unknown(type, `version ${version} of ${aggregateId}`);
    // In the order of the parameters, so that however the event was made, the same bytes are stored.
    const state = { timestamp, payload: ordered(payload, known.parameters), ...(metadata && { metadata }) };
    return {
      aggregateId,
      version,
      topic: type,
      state: this.#encoder.encode(this.#transcoder.encode(state, `The event ${type}`)),
    };
  }

  /**
   * @throws {TopicError} if the type of the event is not known, also under an alias.
   * @throws {StateDamagedError} if its bytes are not what `toStoredEvent` writes.
   */
  toDomainEvent(stored: StoredEvent): DomainEvent {
    const { aggregateId, version } = stored;
    const type = this.#topics.currentName(stored.topic);
    if (this.#topics.eventOf(type) === undefined) {
      throw this.#topics.unknown(stored.topic, `version ${version} of ${aggregateId}`);
    }
    const { timestamp, payload, metadata } = this.#decode(stored);
    const subject = `The event ${type}`;
    return Object.freeze({
      type,
      aggregateId,
      version,
      timestamp,
      payload: this.#frozen(payload, subject),
      ...(metadata && { metadata: this.#frozen(metadata, subject) }),
    });
  }

  #decode(stored: StoredEvent): { timestamp: string; payload: Payload; metadata: Payload | undefined } {
    const { aggregateId, version, topic } = stored;
    try {
      const state = this.#transcoder.decode(this.#decoder.decode(stored.state));
      if (isRecord(state)) {
        const { timestamp, payload, metadata } = state;
        if (typeof timestamp === 'string' && isRecord(payload) && (metadata === undefined || isRecord(metadata))) {
          return { timestamp, payload, metadata };
        }
      }
      throw new StateDamagedError('It has not the form of an event.');
    } catch (cause) {
      const why = cause instanceof StateDamagedError ? ` ${cause.message}` : '';
      throw new StateDamagedError(`Version ${version} of ${aggregateId} (${topic}) cannot be read.${why}`, {
        cause,
        aggregateId,
        version,
      });
    }
  }

  #frozen(fields: Payload, subject: string): Payload {
    const result: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(fields)) {
      result[name] = isPrimitive(value) ? value : frozenCopy(value, subject, this.#transcodings, name);
    }
    return Object.freeze(result);
  }
}

function ordered(payload: Payload, parameters: readonly string[]): Payload {
  const names = Object.keys(payload);
  let inOrder = names.length <= parameters.length;
  let last = -1;
  for (const name of names) {
    const index = parameters.indexOf(name);
    if (index <= last) inOrder = false;
    last = index;
  }
  if (inOrder) return payload;
  const listed = parameters.filter((name) => Object.hasOwn(payload, name));
  return Object.fromEntries([...listed, ...names.filter((name) => !listed.includes(name))].map((n) => [n, payload[n]]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
