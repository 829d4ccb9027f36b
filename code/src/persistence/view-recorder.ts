import type { Parked, Tracking } from './tracking.ts';

/** What a column holds. Values of the type `json` are stored as text. */
export type ViewColumnType = 'text' | 'integer' | 'real' | 'boolean' | 'json';

/** A column of a projection's table. */
export interface ViewColumn {
  readonly name: string;
  readonly type: ViewColumnType;
  /** Whether it can be null. */
  readonly nullable: boolean;
}

/** A table of a projection. */
export interface ViewTable {
  readonly name: string;
  /** Without `id`, which every table has: it's text, and the key of the rows. */
  readonly columns: readonly ViewColumn[];
}

export type ViewValue = string | number | boolean | null;

/** A row as a recorder keeps it. */
export interface StoredRow {
  readonly id: string;
  /** In the order of the columns. */
  readonly values: readonly ViewValue[];
}

/** The tables of a projection, as they were made together. Tables that are made later are another generation. */
export interface ViewGeneration {
  /** A whole number from 1. Later ones are greater, and none is given twice. */
  readonly number: number;
  /** Whether it's the one to read and to follow with; otherwise it's being built. */
  readonly isLive: boolean;
  readonly tables: readonly ViewTable[];
  /** How often whoever builds it has given a sign of life. */
  readonly beats: number;
}

/** Which rows of a table to select. */
export interface ViewSelection {
  /** What the columns must hold. A column is named once; `id` can be one of them. */
  readonly where?: readonly { readonly column: string; readonly value: ViewValue }[];
  /** What they are ordered by, and then by id. Texts have the order of their code points; null comes before all else. */
  readonly orderBy?: readonly { readonly column: string; readonly desc: boolean }[];
  /** At most this many. */
  readonly limit?: number | undefined;
  /** How many to leave out at the beginning. */
  readonly offset?: number | undefined;
}

/** What becomes of the rows of a table. No id is in both lists. */
export interface RowChanges {
  readonly table: string;
  /** Rows that are there afterwards, in the place of those with the same ids. */
  readonly put: readonly StoredRow[];
  /** The ids of the rows that are deleted. */
  readonly remove: readonly string[];
}

/** What is written in one transaction. */
export interface ViewWrite {
  /** The revision that everything is based on. Each write makes it one more. */
  readonly revision: number;
  readonly changes: readonly RowChanges[];
  /** The position in the log that the rows follow from. */
  readonly tracking?: Tracking | undefined;
  /** Whether it's to forget somebody: nothing of the rows that were there is to be left where the store can help it. */
  readonly forgets?: boolean | undefined;
}

/** Where a generation stands. */
export interface ViewStanding {
  readonly revision: number;
  /** The position in the log that was asked for; 0 if nothing of it was processed. */
  readonly position: number;
}

/** The name of a table in SQL, by what the projection calls it. */
export type SqlNames = Readonly<Record<string, string>>;

/**
 * Keeps the rows of one projection, with its positions in the logs that it follows. Any number of processes can use one
 * place. What is done with a generation that isn't there any more is a {@link GenerationError}.
 */
export interface ViewRecorder {
  /** The generations that there are: one that is live, and one that is being built; or none. */
  generations(): Promise<ViewGeneration[]>;
  /** Makes the first generation, unless there is one. */
  create(tables: readonly ViewTable[]): Promise<void>;
  /**
   * Makes another generation beside the live one, without rows.
   *
   * @param builder tells who builds it from others.
   * @param abandoned one that somebody else has begun and is to be dropped, if no more was heard of it since.
   * @returns undefined if another one is being built.
   */
  build(tables: readonly ViewTable[], builder: string, abandoned?: ViewGeneration): Promise<ViewGeneration | undefined>;
  /** Gives a sign of life. */
  beat(generation: ViewGeneration): Promise<void>;
  /**
   * Makes this generation the live one, and drops the one that was, in one transaction.
   *
   * @returns false, with nothing done, if it's behind the one that is live, in any log.
   */
  makeLive(generation: ViewGeneration): Promise<boolean>;
  /** Drops a generation that is being built; nothing happens if it isn't there. */
  discard(generation: ViewGeneration): Promise<void>;
  standing(generation: ViewGeneration, log: string): Promise<ViewStanding>;
  /** The logs that have been followed, with the positions. */
  positions(generation: ViewGeneration): Promise<ReadonlyMap<string, number>>;
  /** The notifications of a log that were put aside and are not done with, by position. */
  parked(generation: ViewGeneration, log: string): Promise<Parked[]>;
  /** The rows with these ids, in any order. */
  get(generation: ViewGeneration, table: string, ids: readonly string[]): Promise<StoredRow[]>;
  select(generation: ViewGeneration, table: string, selection: ViewSelection): Promise<StoredRow[]>;
  count(generation: ViewGeneration, table: string, where: ViewSelection['where']): Promise<number>;
  /**
   * Writes all of it or nothing, in one transaction.
   *
   * @throws {PositionConflictError} if the stored position is another one. This is looked at first.
   * @throws {ViewConflictError} if something was written since the revision.
   */
  write(generation: ViewGeneration, write: ViewWrite): Promise<void>;
  /** Runs a query in the database's own language; absent if there is no such language. Rows have their columns in order. */
  query?(
    generation: ViewGeneration,
    sql: (names: SqlNames) => string,
    values: readonly ViewValue[],
  ): Promise<(readonly unknown[])[]>;
}
