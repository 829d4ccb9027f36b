import { ArgumentError, type StoredEvent } from '../index.ts';

/**
 * `pg` writes the bytes of a statement as text, with two characters for each byte, and a string of V8 has at most so many.
 * When bytes are read, the server sends such a text as well.
 */
const MOST_CHARACTERS = 2 ** 29 - 24;
/** What comes with an event: its version, commas, quotation marks. */
const CHARACTERS_AROUND = 64;
/** What a character of text can become: bytes of UTF-8, or an escape. */
const PER_CHARACTER = 3;

/**
 * Refuses, before anything is sent, what is too large for one statement.
 *
 * @throws {ArgumentError} if it is more than about 268 MB.
 */
export function checkWeight(what: 'save' | 'snapshot', events: readonly StoredEvent[]): void {
  let characters = 0;
  for (const { aggregateId, topic, state } of events) {
    characters += 2 * state.byteLength + PER_CHARACTER * (aggregateId.length + topic.length) + CHARACTERS_AROUND;
  }
  if (characters <= MOST_CHARACTERS) return;
  const megabytes = (bytes: number) => Math.floor(bytes / 1e6);
  const remedy =
    what === 'save'
      ? 'Save fewer aggregates or events at a time, and keep what is large elsewhere, with its address in the event'
      : 'Keep what is large outside of the aggregate, or take no snapshots of it';
  throw new ArgumentError(
    `One ${what} on PostgreSQL can have ${megabytes(MOST_CHARACTERS / 2)} MB, and this one has ${megabytes(characters / 2)} MB` +
      `${what === 'save' ? ` in ${events.length} events` : ''}. ${remedy}.`,
  );
}
