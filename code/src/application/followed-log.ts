import type { LogItem } from '../persistence/forgotten.ts';

/** What a follower reads of a log in one go. */
export interface LogRange {
  /** The least id. */
  readonly start: number;
  /** The greatest id; as far as the log goes unless given. */
  readonly stop?: number | undefined;
  /** This many, or fewer if there are no more. */
  readonly limit: number;
  /** Only events of these types; all of them unless given. */
  readonly topics?: readonly string[] | undefined;
}

/** A log that can be followed: that of an application here, or one somewhere else. */
export interface FollowedLog {
  /** The name of the application whose log it is. Followers keep their positions under it. */
  readonly name: string;
  /** The full types of the events that can be in it. */
  readonly types: readonly string[];
  /** Reads notifications, the earliest first. */
  read(range: LogRange): Promise<LogItem[]>;
  /** The greatest id in the log, or 0 if nothing is in it. */
  lastId(): Promise<number>;
}

/** What has a log to follow, as each application has. */
export interface Leader {
  readonly notificationLog: FollowedLog;
}
