import { ArgumentError } from '../index.ts';

/** The longest that timers can be set to; a longer time would be over at once. */
export const LONGEST_MS = 2 ** 31 - 1;

/** @throws {ArgumentError} unless it is a whole number of milliseconds, not too few and not too many. */
export function checkedDuration(option: string, milliseconds: number, least = 0): number {
  if (Number.isSafeInteger(milliseconds) && milliseconds >= least && milliseconds <= LONGEST_MS) return milliseconds;
  throw new ArgumentError(
    `The option ${option} must be a whole number of milliseconds from ${least} to ${LONGEST_MS}, not ${milliseconds}.`,
  );
}
