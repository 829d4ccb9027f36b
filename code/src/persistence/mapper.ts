import { frozenCopy } from '../domain/copy.ts';
import type { DomainEvent, Payload } from '../domain/domain-event.ts';
import { isPrimitive } from '../domain/primitive.ts';
import type { Transcodings } from '../domain/value.ts';
import type { Cipher, Compressor, StateContext } from './cipher.ts';
import type { StoredEvent } from './recorder.ts';
import { isRecord, StateCodec } from './state-codec.ts';
import type { Topics } from './topics.ts';
import { Transcoder } from './transcoder.ts';

/** What a mapper does to states besides writing them as JSON. */
export interface MapperOptions {
  /** Encrypts states. See `aesGcm` of `eventsourcing/crypto`. */
  readonly cipher?: Cipher | undefined;
  /** Makes states smaller. See `zlib` of `eventsourcing/compression`. */
  readonly compressor?: Compressor | undefined;
}

/** Turns domain events into stored ones, and back. */
export class Mapper {
  readonly #topics: Topics;
  readonly #transcodings: Transcodings;
  readonly #codec: StateCodec;

  constructor(topics: Topics, options: MapperOptions = {}) {
    this.#topics = topics;
    this.#codec = new StateCodec(new Transcoder(topics.transcodings), options);
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
    const context = { kind: 'event', aggregateId, version, topic: type } as const;
    return { aggregateId, version, topic: type, state: this.#codec.encode(state, context, `The event ${type}`) };
  }

  /**
   * @throws {TopicError} if the type of the event is not known, also under an alias.
   * @throws {StateDamagedError} if its bytes are not what `toStoredEvent` writes.
   * @throws {CipherError} if they cannot be decrypted.
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
    const context: StateContext = { ...stored, kind: 'event' };
    const { timestamp, payload, metadata } = this.#codec.decode(stored.state, context);
    if (typeof timestamp === 'string' && isRecord(payload) && (metadata === undefined || isRecord(metadata))) {
      return { timestamp, payload, metadata };
    }
    throw this.#codec.damaged(context, 'It has not the form of an event.');
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
