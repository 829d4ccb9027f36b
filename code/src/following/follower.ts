import type { FollowedLog, Leader } from '../application/followed-log.ts';
import type { LogItem } from '../persistence/forgotten.ts';
import type { Parked } from '../persistence/tracking.ts';
import type { ProcessingError } from './errors.ts';

/** What follows a log: it takes notifications in, and keeps in one transaction what follows from them and its position. */
export interface Follower {
  readonly name: string;
  /**
   * The types of the events that it handles.
   *
   * @throws {DefinitionError} if it handles none of those that the log has.
   */
  typesIn(log: FollowedLog): readonly string[];
  /** The id of the last notification that it has dealt with; 0 if it hasn't begun. */
  position(log: string): Promise<number>;
  /**
   * Processes notifications in one transaction: all of them or none.
   *
   * @param after the position that they were read from.
   * @param position the position when that is done, which may be past the last of them.
   * @throws {ProcessingError} if the policy fails for one of them. Nothing is stored.
   * @throws {PositionConflictError} if its position is another one. Nothing is stored.
   */
  process(log: FollowedLog, items: readonly LogItem[], after: number, position: number): Promise<void>;
  /**
   * Leaves out the notification that it fails at: the position moves on, and nothing follows from it.
   *
   * @throws {PositionConflictError} if it has been dealt with meanwhile.
   */
  skip(failed: ProcessingError): Promise<void>;
  /**
   * Puts the notification that it fails at aside, and goes on with the next one.
   *
   * @throws {PositionConflictError} if it has been dealt with meanwhile.
   */
  park(failed: ProcessingError): Promise<void>;
  /** The notifications of this log that were put aside, by position. */
  parked(log: string): Promise<Parked[]>;
  /**
   * Processes a notification that was put aside.
   *
   * @throws {PositionConflictError} if it isn't put aside, or not any more.
   * @throws {ProcessingError} if it fails again. It stays put aside.
   */
  takeUp(leader: Leader, position: number): Promise<void>;
}
