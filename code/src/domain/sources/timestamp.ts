import { ArgumentError } from '../errors.ts';

const isoPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]00:00)$/;

/** @throws {ArgumentError} unless it is a time, as the library writes times. */
export function isoTimestamp(timestamp: Date | string): string {
  const date = new Date(timestamp);
  const isWrong = Number.isNaN(date.getTime()) || (typeof timestamp === 'string' && !isUtc(timestamp, date));
  if (isWrong) {
    throw new ArgumentError(
      `The timestamp of an event must be a valid Date, or UTC text like 2026-11-21T09:30:00Z, not ${String(timestamp)}.`,
    );
  }
  return date.toISOString();
}

function isUtc(timestamp: string, date: Date): boolean {
  // JavaScript takes 30 February for 2 March.
  return isoPattern.test(timestamp) && date.toISOString().startsWith(timestamp.slice(0, TO_THE_SECOND));
}

const TO_THE_SECOND = '2026-11-21T09:30:00'.length;
