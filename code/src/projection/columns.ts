import type { ViewColumnType } from '../index.ts';

/** What a column holds; with a `?` it can be null as well. */
export type ColumnType = ViewColumnType | `${ViewColumnType}?`;

/** The columns of a table by name, besides `id`. */
export type Columns = { readonly [column: string]: ColumnType };

/** The tables of a projection by name. */
export type Tables = { readonly [table: string]: Columns };

/** What JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

interface TypeOf {
  readonly text: string;
  readonly integer: number;
  readonly real: number;
  readonly boolean: boolean;
  readonly json: JsonValue;
}

/** The type of a column's values. */
export type ValueOf<T extends ColumnType> = T extends `${infer Base extends ViewColumnType}?`
  ? TypeOf[Base] | null
  : T extends ViewColumnType
    ? TypeOf[T]
    : never;

type Nullable<C extends Columns> = { [K in keyof C]: C[K] extends `${string}?` ? K : never }[keyof C];

/** Shows a type as what it's made of. */
type Shown<T> = { readonly [K in keyof T]: T[K] };

/** A row of a table. It's frozen. */
export type Row<C extends Columns> = Shown<{ id: string } & { [K in keyof C]: ValueOf<C[K]> }>;

/** What a row is to hold. Columns that can be null may be left out. */
export type RowValues<C extends Columns> = Shown<
  { [K in Exclude<keyof C, Nullable<C>>]: ValueOf<C[K]> } & { [K in Nullable<C>]?: ValueOf<C[K]> | undefined } & {
    /** As given besides, if at all: so that a row that was read can be spread into the new one. */
    id?: string;
  }
>;

/** What is to change in a row; columns that aren't named stay as they are. */
export type RowUpdate<C extends Columns> = { readonly [K in keyof C]?: ValueOf<C[K]> };

/** The columns that rows can be selected and ordered by: all but those of the type `json`. */
type Comparable<C extends Columns> = { [K in keyof C]: C[K] extends `json${string}` ? never : K }[keyof C];

/** What columns must hold, by their names. */
export type Where<C extends Columns> = { readonly [K in Comparable<C>]?: ValueOf<C[K]> } & { readonly id?: string };

/** A column, for the least first, or a column with a direction. */
export type OrderBy<C extends Columns> =
  | Comparable<C>
  | 'id'
  | readonly [column: Comparable<C> | 'id', direction: 'asc' | 'desc'];

/** Which rows of a table to read. */
export interface AllOptions<C extends Columns> {
  /** What columns must hold. All rows unless given. */
  readonly where?: Where<C> | undefined;
  /** By id unless given. Of what is equal, the order is that of the ids. Null comes before all else. */
  readonly orderBy?: OrderBy<C> | undefined;
  /** At most this many: a whole number from 0. */
  readonly limit?: number | undefined;
  /** How many to leave out at the beginning: a whole number from 0. */
  readonly offset?: number | undefined;
}

/** A table of a projection, for reading. */
export interface TableReader<C extends Columns> {
  /** The row with this id, or undefined if there is none. */
  get(id: string): Promise<Row<C> | undefined>;
  /** The rows, in their order. */
  all(options?: AllOptions<C>): Promise<Row<C>[]>;
  /** How many rows there are. */
  count(options?: Pick<AllOptions<C>, 'where'>): Promise<number>;
}

/**
 * A table of a projection, for a handler. It reads what it and earlier handlers have written. What it writes is stored with
 * the position.
 */
export interface TableWriter<C extends Columns> extends TableReader<C> {
  /**
   * Puts a row there, in the place of the one that has this id, if there is one.
   *
   * @throws {RowError} if a value isn't what its column holds.
   */
  set(id: string, values: RowValues<C>): void;
  /**
   * Changes some columns of a row.
   *
   * @param changes the new values, or a function that works them out.
   * @throws {RowError} if there is no such row, or a value isn't what its column holds.
   */
  update(id: string, changes: RowUpdate<C> | ((row: Row<C>) => RowUpdate<C>)): Promise<void>;
  /** Deletes a row. Nothing happens if it isn't there. */
  delete(id: string): void;
}

/** The tables as handlers get them. */
export type Writers<T extends Tables> = { readonly [K in keyof T]: TableWriter<T[K]> };

/** The tables as everybody else gets them. */
export type Readers<T extends Tables> = { readonly [K in keyof T]: TableReader<T[K]> };
