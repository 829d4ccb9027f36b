import type { DomainEvent, EventDraft, Payload } from '../index.ts';
import { AssertionFailure, deepEqual, shown } from './assertion.ts';

/**
 * An event as tests write it: made by its token, `TrickAdded({ trick: 'sit' })`, or by hand,
 * `{ type: 'TrickAdded', payload: { trick: 'sit' } }`. Events after the first may be named with or without the topic.
 */
export type Happened = Omit<EventDraft<string, unknown>, 'payload'> & {
  readonly payload: object;
  /** Compared where it is stated. */
  readonly aggregateId?: string;
};

interface Compared {
  readonly type: string;
  readonly payload: Payload;
  readonly aggregateId?: string;
}

/** @throws {AssertionFailure} unless these are the events, and no others, in this order. */
export function expectEvents(actual: readonly DomainEvent[], expected: readonly Happened[]): void {
  const got = actual.map((event, index) => comparable(event, expected[index]?.aggregateId !== undefined));
  const wanted = expected.map((event, index) => {
    const type = fullType(event.type, topicOf(actual[index]?.type ?? actual[0]?.type));
    return comparable({ ...event, type }, event.aggregateId !== undefined);
  });
  try {
    deepEqual(got, wanted);
  } catch (cause) {
    throw new AssertionFailure(
      `Other events happened than were expected.\nExpected:\n${lines(wanted)}\nHappened:\n${lines(got)}`,
      { actual: got, expected: wanted, cause },
    );
  }
}

export function fullType(type: string, topic: string | undefined): string {
  return type.includes('.') || topic === undefined ? type : `${topic}.${type}`;
}

export function topicOf(type: string | undefined): string | undefined {
  const dot = type?.lastIndexOf('.') ?? -1;
  return dot < 0 ? undefined : type?.slice(0, dot);
}

export function lines(events: readonly Pick<Compared, 'type' | 'payload'>[]): string {
  if (events.length === 0) return '  nothing';
  return events.map(({ type, payload }) => `  ${type} ${shown(payload)}`).join('\n');
}

function comparable({ type, payload, aggregateId }: Happened, hasId: boolean): Compared {
  // A field that is left out, and one that is undefined, are the same to events.
  const fields = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined));
  return { type, payload: fields, ...(hasId && aggregateId !== undefined && { aggregateId }) };
}
