import { ArgumentError } from '../domain/errors.ts';

/** @throws {ArgumentError} unless it is absent or a whole number from 0. */
export function checkedLimit(limit: number | undefined): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  if (Number.isSafeInteger(limit) && limit >= 0) return limit;
  throw new ArgumentError(`A limit must be a whole number from 0, not ${limit}.`);
}
