import { ArgumentError, type IntegerVariable } from '../index.ts';

/** The longest that timers can be set to; a longer time would be over at once. */
export const LONGEST_MS = 2 ** 31 - 1;

/** For how many milliseconds a store waits unless told otherwise, by the name of the option. */
export const DEFAULT_MS = {
  busyTimeout: 5_000,
  connectTimeout: 5_000,
  retryTimeout: 10_000,
  queueTimeout: 10_000,
  lockTimeout: 5_000,
  statementTimeout: 60_000,
  closeTimeout: 5_000,
} as const;

/** @throws {ArgumentError} unless it is a whole number of milliseconds, not too few and not too many. */
export function checkedDuration(option: string, milliseconds: number, least = 0): number {
  if (Number.isSafeInteger(milliseconds) && milliseconds >= least && milliseconds <= LONGEST_MS) return milliseconds;
  throw new ArgumentError(
    `The option ${option} must be a whole number of milliseconds from ${least} to ${LONGEST_MS}, not ${milliseconds}.`,
  );
}

/** The variable for a wait, whose doc goes on with how long it is unless set. */
export function durationVariable(name: string, option: keyof typeof DEFAULT_MS, doc: string, min = 0): IntegerVariable {
  return {
    name,
    type: 'integer',
    min,
    max: LONGEST_MS,
    doc: `${doc}; ${DEFAULT_MS[option]} unless set.`,
    unit: 'milliseconds',
  };
}
