import type { DomainEvent } from '../domain/domain-event.ts';
import { ArgumentError } from '../domain/errors.ts';
import { checkedMetadata } from '../domain/recording/record-as.ts';
import { frozenFields } from '../domain/values/copy.ts';
import { validId } from '../domain/values/id.ts';
import { described } from '../domain/values/text.ts';
import { isPlainRecord, type Transcodings } from '../domain/values/walk.ts';
import type { Topics } from './topics.ts';

/**
 * An event that somebody made by hand, or got from elsewhere, as the library would have recorded it: what it returns can
 * be stored and read back, and is nobody else's.
 *
 * @throws {ArgumentError} if a part of the event is not what it has to be.
 * @throws {TopicError} if no aggregate has such events.
 * @throws {PayloadError} if a value in it cannot be stored.
 */
export function checkedEvent(candidate: unknown, topics: Topics, transcodings: Transcodings): DomainEvent {
  if (typeof candidate !== 'object' || candidate === null || !('type' in candidate)) {
    throw new ArgumentError(
      `save takes aggregates and domain events ({ type, aggregateId, version, timestamp, payload }), and was given ` +
        `${described(candidate)}.`,
    );
  }
  // Each is read once: what is checked is what is stored.
  const type: unknown = candidate.type;
  const aggregateId: unknown = Reflect.get(candidate, 'aggregateId');
  const version: unknown = Reflect.get(candidate, 'version');
  const timestamp: unknown = Reflect.get(candidate, 'timestamp');
  const payload: unknown = Reflect.get(candidate, 'payload');
  const metadata: unknown = Reflect.get(candidate, 'metadata');
  if (typeof type !== 'string') {
    throw new ArgumentError(
      `The type of an event must be text, such as Dog.TrickAdded, not ${described(type)}. save takes aggregates and ` +
        'domain events.',
    );
  }
  const id = validId(aggregateId, `The aggregateId of the event ${type}`);
  const at = `The event ${type} (version ${described(version)} of ${id})`;
  const spec = topics.eventOf(type);
  const topic = topics.topicOf(type);
  const definition = topic === undefined ? undefined : topics.definitionOf(topic);
  if (spec === undefined || definition === undefined)
    throw topics.unknown(type, `version ${described(version)} of ${id}`);
  const { createdType, initialVersion } = definition;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 0) {
    throw new ArgumentError(`${at} needs a version that is a whole number from 0: the one after its aggregate's last.`);
  }
  if (type === createdType && version !== initialVersion) {
    throw new ArgumentError(`${at} begins an aggregate, so its version must be ${initialVersion}.`);
  }
  // A log of events without an aggregate may begin with any of them.
  if (version < initialVersion) {
    throw new ArgumentError(`${at} comes before version ${initialVersion}, with which a ${topic} begins.`);
  }
  if (typeof timestamp !== 'string' || !isCanonical(timestamp)) {
    throw new ArgumentError(
      `${at} needs a timestamp in UTC and with milliseconds, as new Date().toISOString() writes it ` +
        `(2026-11-21T09:30:00.000Z), not ${described(timestamp)}.`,
    );
  }
  const fields = spec.parameters.join(', ') || 'none';
  if (!isPlainRecord(payload)) {
    throw new ArgumentError(
      `${at} needs a payload that is an object of its fields (${fields}), not ${described(payload)}.`,
    );
  }
  const unknown = Object.keys(payload).find((name) => !spec.parameters.includes(name));
  if (unknown !== undefined) {
    throw new ArgumentError(
      `${at} has the field ${unknown} in its payload, and its fields are: ${fields}. Leave it out, or name it in event(…).`,
    );
  }
  const event = { type, aggregateId: id, version, timestamp, payload: frozenFields(payload, at, transcodings) };
  return Object.freeze(
    metadata === undefined
      ? event
      : { ...event, metadata: checkedMetadata(metadata, `The metadata of ${uncapitalized(at)}`) },
  );
}

/** Whether a time is written as the library writes times, so that equal times are equal texts. */
function isCanonical(timestamp: string): boolean {
  const date = new Date(timestamp);
  return !Number.isNaN(date.getTime()) && date.toISOString() === timestamp;
}

function uncapitalized(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
