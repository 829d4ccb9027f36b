/**
 * How far a follower has come in a log, stored in one transaction with what followed from it. The position is that of the
 * last notification that was dealt with, whether anything followed from it or not.
 */
export interface Tracking {
  /** The log that is followed: the name of its application, and of a partition if it's followed in parts. */
  readonly log: string;
  /** The position that the follower started from, which must still be the stored one: a whole number from 0. */
  readonly after: number;
  /** The id of a notification: a whole number, greater than `after`. */
  readonly position: number;
  /** Why the notification at the position is put aside instead of being processed. It can be taken up later. */
  readonly parked?: string | undefined;
  /**
   * Whether the notification was put aside before and is done with now. The follower's position stays where it is, and
   * `after` plays no part.
   */
  readonly wasParked?: boolean | undefined;
}

/** A notification that a follower has put aside. */
export interface Parked {
  /** The id of the notification in the log that is followed. */
  readonly position: number;
  /** Why it was put aside. */
  readonly reason: string;
}
