import { sources } from './sources.ts';
import { isoTimestamp } from './timestamp.ts';

/** The time of day as text. Writing the text costs more than all else in recording an event, so it is kept for its millisecond. */
class Clock {
  #milliseconds = Number.NaN;
  #text = '';

  /** Now, in UTC, in ISO 8601 with milliseconds. */
  now(): string {
    const given = sources.current?.now?.();
    if (given !== undefined) return isoTimestamp(given);
    const milliseconds = Date.now();
    if (milliseconds !== this.#milliseconds) {
      this.#milliseconds = milliseconds;
      this.#text = new Date(milliseconds).toISOString();
    }
    return this.#text;
  }
}

export const clock = new Clock();
