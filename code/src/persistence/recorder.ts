import type { Coordinator } from './coordinator.ts';
import type { KeyRecorder } from './key-recorder.ts';
import type { Parked, Tracking } from './tracking.ts';
import type { ViewRecorder } from './view-recorder.ts';

/** An event as a recorder keeps it: what it says is bytes, which only a mapper can read. */
export interface StoredEvent {
  readonly aggregateId: string;
  /** A whole number from 0. One aggregate has each version once. */
  readonly version: number;
  /** The type of the event, for example `Dog.TrickAdded`. */
  readonly topic: string;
  /**
   * Of small states, several may be in one `ArrayBuffer`: look at this part of it only. Neither who stores it nor who gets
   * it changes it, since a recorder in memory keeps these very bytes.
   */
  readonly state: Uint8Array;
}

/** A stored event and its place in the order of all events of an application. */
export interface StoredNotification extends StoredEvent {
  /** A whole number from 1. Later events have greater ids; ids may be missing, and none appears late. */
  readonly id: number;
}

/** Which events of one aggregate to select. Without options: all of them. */
export interface SelectOptions {
  /** Only versions greater than this. */
  readonly gt?: number | undefined;
  /** Only versions less than or equal to this. */
  readonly lte?: number | undefined;
  /** The latest first, instead of the earliest. */
  readonly desc?: boolean | undefined;
  /** At most this many: a whole number from 0. */
  readonly limit?: number | undefined;
}

/** Which events of all aggregates to select. */
export interface NotificationOptions {
  /** The least id; 1 unless given, and less than 1 means 1. */
  readonly start?: number | undefined;
  /** The greatest id. */
  readonly stop?: number | undefined;
  /** At most this many: a whole number from 0. */
  readonly limit?: number | undefined;
  /** Only events of these types. */
  readonly topics?: readonly string[] | undefined;
}

/**
 * Keeps events, in one place per application. Every recorder behaves alike; one suite of tests holds them to it.
 * The versions of an aggregate follow each other without a gap. With which one they begin is the aggregate's own concern.
 */
export interface Recorder {
  /**
   * Stores all of the events or none of them, in one transaction.
   *
   * @returns their notification ids, in the order of the events: one more than the greatest id so far, and so on, with
   * no id of another transaction between them.
   * @throws {VersionConflictError} if an event does not follow the one before it of its aggregate, among the events or
   * stored: its version is there already, or twice among the events, or one before it is missing.
   * @throws {PositionConflictError} if the stored position isn't the one that the follower started from, so that another
   * process has dealt with some of the notifications; or if the notification should have been put aside before, and isn't. This
   * is looked at first.
   */
  insert(events: readonly StoredEvent[], tracking?: Tracking): Promise<number[]>;
  /** Selects events of one aggregate, by version. */
  select(aggregateId: string, options?: SelectOptions): Promise<StoredEvent[]>;
  /** Selects events of all aggregates, by notification id. */
  selectNotifications(options?: NotificationOptions): Promise<StoredNotification[]>;
  /** The greatest notification id, or 0 if there is none. */
  maxNotificationId(): Promise<number>;
  /** The position that was stored last for a log that is followed; 0 if none was. Absent if the recorder keeps none. */
  position?(log: string): Promise<number>;
  /** The notifications of a log that were put aside and are not done with, by position. */
  parked?(log: string): Promise<Parked[]>;
}

/** A snapshot as a recorder keeps it. */
export interface StoredSnapshot {
  readonly aggregateId: string;
  readonly version: number;
  /** The topic of the aggregate, for example `Dog`. */
  readonly topic: string;
  readonly state: Uint8Array;
}

/** Keeps snapshots, in one place per application and apart from its events. They can be lost without loss of data. */
export interface SnapshotRecorder {
  /** Stores a snapshot. One of the same aggregate and version is replaced. */
  put(snapshot: StoredSnapshot): Promise<void>;
  /** Selects snapshots of one aggregate, by version. */
  select(aggregateId: string, options?: SelectOptions): Promise<StoredSnapshot[]>;
}

/** Opens the recorders of applications. Each application has a log of its own, also within one store. */
export interface Store {
  /** The recorder of the application with this name. */
  recorder(application: string): Recorder;
  /** Where that application's snapshots are; absent if the store keeps none. */
  snapshotRecorder?(application: string): SnapshotRecorder;
  /** Where the keys of that application's subjects are; absent if the store keeps none. */
  keyRecorder?(application: string): KeyRecorder;
  /** Where the rows of the projection with this name are; absent if the store keeps none. */
  viewRecorder?(projection: string): ViewRecorder;
  /** How processes that share the store share the work; absent if one process alone has followers in it. */
  readonly coordinator?: Coordinator | undefined;
  /** Gives back what the store holds, such as connections; absent if it holds nothing. */
  close?(): Promise<void>;
}
