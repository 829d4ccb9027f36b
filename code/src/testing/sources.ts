import { ArgumentError } from '../index.ts';

/** A clock that stands still unless it is told otherwise. Its functions can be passed on as they are. */
export interface TestClock {
  /** The time, in UTC, in ISO 8601 with milliseconds. Then the clock goes on by its step. */
  readonly now: () => string;
  /** Puts the clock to a time. */
  readonly set: (time: Date | string) => void;
  /** Lets it go on, by milliseconds. */
  readonly advance: (milliseconds: number) => void;
}

/**
 * A clock for tests, to be given to `withSources`.
 *
 * @param start its time, the beginning of the year 2000 unless given.
 * @param options `step`: by how many milliseconds it goes on each time that it is asked; 0 unless given.
 * @throws {ArgumentError} if a time is none.
 * @example
 * ```ts
 * import { testClock } from 'eventsourcing/testing';
 *
 * const clock = testClock('2026-11-21T09:30:00Z', { step: 1000 });
 * console.log(clock.now()); // 2026-11-21T09:30:00.000Z
 * clock.advance(60_000);
 * console.log(clock.now()); // 2026-11-21T09:31:01.000Z
 * ```
 */
export function testClock(
  start: Date | string = '2000-01-01T00:00:00Z',
  { step = 0 }: { readonly step?: number } = {},
): TestClock {
  let time = checkedTime(start);
  return {
    now() {
      const now = new Date(time).toISOString();
      time = checkedTime(new Date(time + step));
      return now;
    },
    set(to) {
      time = checkedTime(to);
    },
    advance(milliseconds) {
      time = checkedTime(new Date(time + milliseconds));
    },
  };
}

/**
 * Ids for tests, to be given to `withSources`: UUIDs in a row, that begin anew with each call.
 *
 * @example
 * ```ts
 * import { testIds } from 'eventsourcing/testing';
 *
 * const id = testIds();
 * console.log(id(), id()); // 00000000-0000-4000-8000-000000000001 00000000-0000-4000-8000-000000000002
 * ```
 */
export function testIds(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `00000000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`;
  };
}

function checkedTime(time: Date | string): number {
  const milliseconds = new Date(time).getTime();
  if (!Number.isNaN(milliseconds)) return milliseconds;
  throw new ArgumentError(`A clock for tests was given ${String(time)}, which is not a time.`);
}
