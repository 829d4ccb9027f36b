import { type Definition, definitionOf } from '../domain/definition/definition.ts';
import type { EventSpec } from '../domain/definition/event-spec.ts';
import type { DomainEvent, Payload } from '../domain/domain-event.ts';
import { ArgumentError } from '../domain/errors.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { frozenCopy, setOwn } from '../domain/values/copy.ts';
import { frozenInPlace } from '../domain/values/freeze.ts';
import { isRecord } from '../domain/values/is-record.ts';
import { ownEvent, ownSnapshot } from '../domain/values/own-event.ts';
import { isPrimitive } from '../domain/values/primitive.ts';
import { isPlainRecord, type Transcodings } from '../domain/values/walk.ts';
import { checkedEvent } from './checked-event.ts';
import type { Cipher, Compressor, StateContext } from './cipher.ts';
import type { StoredEvent, StoredSnapshot } from './recorder.ts';
import { StateCodec } from './state-codec.ts';
import type { KeyedCipher } from './subject-cipher.ts';
import type { Topics } from './topics.ts';
import { Transcoder } from './transcoder.ts';
import { unknownFields, upcast, upcastEvent } from './upcasting.ts';

/** What a mapper does to states besides writing them as JSON. */
export interface MapperOptions {
  /** Encrypts states. See `aesGcm` of `eventsourcing/crypto`. */
  readonly cipher?: Cipher | KeyedCipher | undefined;
  /** Makes states smaller. See `zlib` of `eventsourcing/compression`. */
  readonly compressor?: Compressor | undefined;
}

/**
 * Turns domain events and snapshots into stored ones, and back. With a cipher that has its keys to fetch first, each of
 * these is given what `keyed` has fetched.
 */
export class Mapper {
  readonly #topics: Topics;
  readonly #transcodings: Transcodings;
  readonly #codec: StateCodec;
  readonly #cipher: Cipher | undefined;
  /** The cipher whose keys are to be fetched before a state is mapped, if it is such a one. */
  readonly keyed: KeyedCipher | undefined;

  constructor(topics: Topics, options: MapperOptions = {}) {
    this.#topics = topics;
    this.#codec = new StateCodec(new Transcoder(topics.transcodings), options.compressor);
    const { cipher } = options;
    const isKeyed = cipher !== undefined && 'toWrite' in cipher;
    this.#cipher = isKeyed ? LOCKED : cipher;
    this.keyed = isKeyed ? cipher : undefined;
    this.#transcodings = new Map(topics.transcodings.map((transcoding) => [transcoding.type, transcoding]));
  }

  /**
   * An event that was not recorded by an aggregate, as one would have recorded it: a frozen copy that can be stored and
   * read back.
   *
   * @throws {ArgumentError} if a part of the event is not what it has to be.
   * @throws {TopicError} if no aggregate of the application has such events.
   * @throws {PayloadError} if the event holds what cannot be stored.
   */
  checked(event: DomainEvent): DomainEvent {
    return checkedEvent(event, this.#topics, this.#transcodings);
  }

  /** The event, or a copy of it if a holder of the one could change the other. */
  own(event: DomainEvent): DomainEvent {
    return ownEvent(event, this.#transcodings);
  }

  /** The snapshot, or a copy of it if a holder of the one could change the other. */
  ownSnapshot(snapshot: Snapshot): Snapshot {
    return ownSnapshot(snapshot, this.#transcodings);
  }

  /**
   * @param event one that an aggregate has recorded, or that `checked` has returned.
   * @throws {TopicError} if no aggregate of the application has such events.
   * @throws {PayloadError} if the event holds what cannot be stored.
   */
  toStoredEvent(event: DomainEvent, cipher: Cipher | undefined = this.#cipher): StoredEvent {
    const { aggregateId, version, type } = event;
    const context = { kind: 'event', aggregateId, version, topic: type } as const;
    const state = this.#codec.encode(this.#stateOf(event), context, `The event ${type}`, cipher);
    return { aggregateId, version, topic: type, state };
  }

  /**
   * @throws {TopicError} if the type of the event is not known, also under an alias.
   * @throws {StateDamagedError} if its bytes are not what `toStoredEvent` writes.
   * @throws {CipherError} if they cannot be decrypted.
   * @throws {ForgottenError} if their subject is forgotten.
   * @throws {UpcastError} if they were stored by newer code, or an upcast fails.
   */
  toDomainEvent(stored: StoredEvent, cipher: Cipher | undefined = this.#cipher): DomainEvent {
    return Object.freeze(this.toUnfrozen(stored, cipher));
  }

  /**
   * The same for one that is copied into a notification at once: to freeze both would take a twelfth of the time that
   * reading one takes.
   *
   * @internal
   */
  toUnfrozen(stored: StoredEvent, cipher: Cipher | undefined = this.#cipher): DomainEvent {
    // Before anything is read: of an event that is not known, that is the thing to say.
    const known = this.#currentType(stored);
    const { aggregateId, version, topic, state } = stored;
    const context: StateContext = { kind: 'event', aggregateId, version, topic };
    return this.#eventOf(this.#codec.decode(state, context, cipher), context, known);
  }

  /** @throws {PayloadError} if the state holds what cannot be stored. */
  toStoredSnapshot(snapshot: Snapshot, cipher: Cipher | undefined = this.#cipher): StoredSnapshot {
    const { aggregateId, version, topic, modifiedAt, created, fields, state } = snapshot;
    const classVersion = this.#definitionOf(snapshot.created.type, snapshot).upcasts.length + 1;
    const names = Object.keys(state);
    const data = {
      modifiedAt,
      ...(classVersion > 1 && { classVersion }),
      created: { type: created.type, version: created.version, ...this.#stateOf(created) },
      ...(fields && { fields }),
      state: Object.fromEntries(names.filter((name) => state[name] !== undefined).map((name) => [name, state[name]])),
      // JSON has no form for it, and a field that is undefined is still a field.
      undefined: names.filter((name) => state[name] === undefined),
    };
    const context = { kind: 'snapshot', aggregateId, version, topic } as const;
    const bytes = this.#codec.encode(data, context, `A snapshot of ${topic}`, cipher);
    return { aggregateId, version, topic, state: bytes };
  }

  /**
   * @returns nothing if newer code has taken the snapshot. It is no more than a short cut, so that is no error.
   * @throws {TopicError} if its aggregate is not known, also under an alias.
   * @throws {StateDamagedError} if its bytes are not what `toStoredSnapshot` writes.
   * @throws {CipherError} if they cannot be decrypted.
   * @throws {ForgottenError} if their subject is forgotten.
   * @throws {UpcastError} if an upcast fails.
   */
  toSnapshot(stored: StoredSnapshot, cipher: Cipher | undefined = this.#cipher): Snapshot | undefined {
    const { aggregateId, version } = stored;
    const context: StateContext = { ...stored, kind: 'snapshot' };
    const data = this.#codec.decode(stored.state, context, cipher);
    const { modifiedAt, classVersion = 1, created, fields, state, undefined: absent } = data;
    if (
      typeof modifiedAt !== 'string' ||
      !isVersion(classVersion) ||
      !isRecord(created) ||
      typeof created.type !== 'string' ||
      typeof created.version !== 'number' ||
      !(fields === undefined || isListOfText(fields)) ||
      !isRecord(state) ||
      !isListOfText(absent)
    ) {
      throw this.#codec.damaged(context, 'It does not have the form of a snapshot.');
    }
    const createdContext = { kind: 'event', aggregateId, version: created.version, topic: created.type } as const;
    const first = Object.freeze(this.#eventOf(created, createdContext, this.#currentType(createdContext)));
    const { topic, upcasts, snapshotFunctions } = this.#definitionOf(first.type, stored);
    if (classVersion > upcasts.length + 1) return undefined;
    const complete: Payload = { ...state, ...Object.fromEntries(absent.map((name) => [name, undefined])) };
    const isCurrent = classVersion === upcasts.length + 1;
    const current = isCurrent ? complete : upcast(topic, complete, classVersion, upcasts, context);
    // What the fields of the old class have become is known only where the state is the fields.
    const upcastFields = snapshotFunctions === undefined ? Object.keys(current) : undefined;
    return Object.freeze({
      topic,
      aggregateId,
      version,
      modifiedAt,
      created: first,
      fields: isCurrent ? fields : upcastFields,
      state: isCurrent ? frozenFields(current) : this.#frozen(current, `The snapshot of ${topic}`),
    });
  }

  /** Whether an event has the version with which its aggregate begins, as far as the aggregate is known. */
  begins({ type, version }: DomainEvent): boolean {
    const topic = this.#topics.topicOf(type);
    const definition = topic === undefined ? undefined : this.#topics.definitionOf(topic);
    return definition === undefined || definition.initialVersion === version;
  }

  #definitionOf(createdType: string, { aggregateId, version }: { aggregateId: string; version: number }): Definition {
    const type = this.#topics.classOf(createdType);
    if (type === undefined) throw this.#topics.unknown(createdType, `version ${version} of ${aggregateId}`);
    return definitionOf(type);
  }

  /** What is written of an event beside its topic, aggregate and version. */
  #stateOf({ aggregateId, version, type, timestamp, payload, metadata }: DomainEvent): object {
    const spec = this.#topics.eventOf(type);
    if (spec === undefined) throw this.#topics.unknown(type, `version ${version} of ${aggregateId}`);
    return {
      timestamp,
      // Version 1 goes without saying.
      ...(spec.version > 1 && { eventVersion: spec.version }),
      // In the order of the parameters, so that however the event was made, the same bytes are stored.
      payload: ordered(payload, spec.parameters),
      ...(metadata && { metadata }),
    };
  }

  /** The event of which `#stateOf` was written, with only its parts frozen. */
  #eventOf(state: Payload, context: StateContext, { type, spec }: CurrentType): DomainEvent {
    const { aggregateId, version } = context;
    const { timestamp, payload, metadata, eventVersion = 1 } = state;
    if (
      typeof timestamp !== 'string' ||
      !isPlainRecord(payload) ||
      !(metadata === undefined || isPlainRecord(metadata)) ||
      !isVersion(eventVersion)
    ) {
      throw this.#codec.damaged(context, 'It does not have the form of an event.');
    }
    const current =
      eventVersion === spec.version
        ? frozenParameters(type, payload, spec, context)
        : this.#frozen(upcastEvent(type, payload, eventVersion, spec, context), `The event ${type}`);
    const event = { type, aggregateId, version, timestamp, payload: current };
    return metadata === undefined ? event : { ...event, metadata: frozenFields(metadata) };
  }

  #currentType({ aggregateId, version, topic }: Pick<StoredEvent, 'aggregateId' | 'version' | 'topic'>): CurrentType {
    const type = this.#topics.currentName(topic);
    const spec = this.#topics.eventOf(type);
    if (spec === undefined) throw this.#topics.unknown(topic, `version ${version} of ${aggregateId}`);
    return { type, spec };
  }

  /** For what an upcast has returned, which may share parts with whatever it likes. */
  #frozen(fields: Payload, subject: string): Payload {
    const result: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(fields)) {
      const isKept = value === undefined || isPrimitive(value);
      setOwn(result, name, isKept ? value : frozenCopy(value, subject, this.#transcodings, name));
    }
    return Object.freeze(result);
  }
}

/** Stands where a cipher is used before its keys are fetched: without one, states would be stored as they are. */
const LOCKED: Cipher = { encrypt: refuse, decrypt: refuse };

function refuse(): never {
  throw new ArgumentError(
    'This mapper has a key for each subject. Fetch the keys first, with its `keyed`, and give each call what they make.',
  );
}

/** The same for a payload, whose fields have to be those that the event has today. */
function frozenParameters(type: string, payload: Payload, spec: EventSpec, context: StateContext): Payload {
  for (const name in payload) {
    if (!spec.parameters.includes(name)) throw unknownFields(type, payload, spec, context);
    frozenInPlace(payload[name]);
  }
  return Object.freeze(payload);
}

/** Fields that have just been decoded, which are nobody else's. */
function frozenFields(fields: Payload): Payload {
  // Not `Object.values`, which makes an array for each event: an eighth of the time that reading one takes.
  for (const name in fields) frozenInPlace(fields[name]);
  return Object.freeze(fields);
}

/** What an event is called today, and what is known of it. */
interface CurrentType {
  readonly type: string;
  readonly spec: EventSpec;
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

function isVersion(version: unknown): version is number {
  return typeof version === 'number' && Number.isSafeInteger(version) && version >= 1;
}

function isListOfText(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
