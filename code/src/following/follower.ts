import type { FollowedLog } from '../application/followed-log.ts';
import type { LogItem } from '../persistence/forgotten.ts';

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
}
