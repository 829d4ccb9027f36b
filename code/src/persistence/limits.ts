import { ArgumentError } from '../domain/errors.ts';
import { described } from '../domain/values/text.ts';
import { VersionConflictError } from './errors.ts';
import type { StoredEvent } from './recorder.ts';
import { checkText } from './stored-text.ts';
import type { Tracking } from './tracking.ts';

/**
 * For recorders: the limit of a selection as a number.
 *
 * @returns the limit, or infinity if it is absent.
 * @throws {ArgumentError} unless it is absent or a whole number from 0.
 */
export function checkedLimit(limit: number | undefined): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  if (Number.isSafeInteger(limit) && limit >= 0) return limit;
  throw new ArgumentError(`A limit must be a whole number from 0, not ${limit}.`);
}

/**
 * For recorders: refuses bounds of a selection that are not numbers. Databases differ in what they make of those.
 *
 * @throws {ArgumentError} unless each is absent or a number, which need not be whole or finite.
 */
export function checkBounds(...bounds: readonly (number | undefined)[]): void {
  const wrong = bounds.find((bound) => bound !== undefined && (typeof bound !== 'number' || Number.isNaN(bound)));
  if (wrong !== undefined)
    throw new ArgumentError(`A selection is bounded by numbers, and ${described(wrong)} is none.`);
}

/**
 * For recorders: refuses events that one database would store and another would not, or not as they are.
 *
 * @throws {ArgumentError} unless versions are whole numbers from 0, and ids and topics are text that UTF-8 can hold,
 * without the character U+0000.
 */
export function checkEvents(events: readonly StoredEvent[]): void {
  for (const { aggregateId, version, topic } of events) {
    if (!Number.isSafeInteger(version) || version < 0) {
      throw new ArgumentError(
        `The version of an event must be a whole number from 0, not ${version} (aggregate ${aggregateId}).`,
      );
    }
    checkText('The id of an aggregate', aggregateId);
    checkText('The topic of an event', topic);
  }
}

/**
 * For recorders: refuses a position that is none.
 *
 * @throws {ArgumentError} unless the positions are whole numbers and the later one is greater, and the name of the log and the reason, if there is
 * one, are text that UTF-8 can hold, without the character U+0000.
 */
export function checkTracking({ log, after, position, parked, wasParked }: Tracking): void {
  if (!Number.isSafeInteger(position) || position < 1) {
    throw new ArgumentError(`A position in a log must be a whole number from 1, not ${position} (log ${log}).`);
  }
  if (!Number.isSafeInteger(after) || after < 0 || (after >= position && !wasParked)) {
    throw new ArgumentError(
      `A follower starts from a position before ${position}, a whole number from 0, not from ${after} (log ${log}).`,
    );
  }
  checkText('The name of a log', log);
  if (log === '') throw new ArgumentError('The name of a log must not be empty.');
  if (parked !== undefined) checkText('The reason for parking', parked);
  if (parked !== undefined && wasParked) {
    throw new ArgumentError(`Notification ${position} of ${log} can't be parked and taken up at once.`);
  }
}

/**
 * For recorders: finds the first event that does not follow. The versions of an aggregate have no gap: each follows the one
 * before it among the events, and the first of them follows the last one that is stored. If none is stored, it may be any.
 *
 * @param lastVersion the last version that is stored of an aggregate, if there is one. It is asked once for each.
 * @returns the error to throw, or nothing if all of them follow.
 * @example
 * ```ts
 * import { versionConflict } from 'eventsourcing';
 *
 * const event = { aggregateId: 'a', version: 4, topic: 'Dog.TrickAdded', state: new Uint8Array() };
 * const last = new Map([['a', 2]]);
 * console.log(versionConflict([event], (id) => last.get(id))?.expectedVersion); // 3
 * ```
 */
export function versionConflict(
  events: readonly StoredEvent[],
  lastVersion: (aggregateId: string) => number | undefined,
): VersionConflictError | undefined {
  // For a single event, which most saves have, a map is not worth its while.
  const seen =
    events.length > 1 ? new Map<string, { readonly stored: number | undefined; previous: number }>() : undefined;
  for (const { aggregateId, version } of events) {
    const aggregate = seen?.get(aggregateId);
    if (aggregate === undefined) {
      const stored = lastVersion(aggregateId);
      if (stored !== undefined && version !== stored + 1) return new VersionConflictError(aggregateId, version, stored);
      seen?.set(aggregateId, { stored, previous: version });
    } else {
      const { stored = 0, previous } = aggregate;
      if (version !== previous + 1) {
        return new VersionConflictError(aggregateId, version, stored, { previousVersion: previous });
      }
      aggregate.previous = version;
    }
  }
  return undefined;
}
