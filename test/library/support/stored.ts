import type { StoredEvent } from 'eventsourcing';

/** An event for a recorder, which does not look at what it says. */
export function stored(aggregateId: string, version: number, text = 'state'): StoredEvent {
  return { aggregateId, version, topic: 'Tested.Stored', state: new TextEncoder().encode(text) };
}
