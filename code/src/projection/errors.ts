import { EventSourcingError } from '../index.ts';

/**
 * A row can't be what it was to be (`ES_ROW`): a value isn't what its column holds, a column doesn't exist, or the row that is to
 * change isn't there.
 */
export class RowError extends EventSourcingError {
  /** @internal */ static override readonly named = 'RowError';
  readonly projection: string;
  readonly table: string;
  /** The id of the row; undefined if it's about a selection of rows. */
  readonly id: string | undefined;
  /** The column; undefined if it's about the row as a whole. */
  readonly column: string | undefined;

  constructor(
    place: {
      readonly projection: string;
      readonly table: string;
      readonly id?: string | undefined;
      readonly column?: string | undefined;
    },
    fault: string,
  ) {
    const { projection, table, id, column } = place;
    const row = id === undefined ? '' : `, row ${JSON.stringify(id)}`;
    super('ES_ROW', `${projection}, table ${table}${row}${column === undefined ? '' : `, column ${column}`}: ${fault}`);
    this.projection = projection;
    this.table = table;
    this.id = id;
    this.column = column;
  }
}

/** The stored tables of a projection have other columns than its definition (`ES_COLUMNS`). A rebuild makes new ones. */
export class ColumnsError extends EventSourcingError {
  /** @internal */ static override readonly named = 'ColumnsError';
  readonly projection: string;
  /** Which stored tables. */
  readonly generation: number;
  /** What differs, for example `accounts.owner is text, and should be text?`. */
  readonly differences: readonly string[];

  constructor(projection: string, generation: number, differences: readonly string[], advice: string) {
    super(
      'ES_COLUMNS',
      `The stored tables of the projection ${projection} (generation ${generation}) aren't those of its definition: ` +
        `${differences.join('; ')}. ${advice}`,
    );
    this.projection = projection;
    this.generation = generation;
    this.differences = differences;
  }
}

/** A projection can't be rebuilt now (`ES_REBUILD`); the message says why. The one that is live is as it was. */
export class RebuildError extends EventSourcingError {
  /** @internal */ static override readonly named = 'RebuildError';
  readonly projection: string;

  constructor(projection: string, message: string, options?: ErrorOptions) {
    super('ES_REBUILD', message, options);
    this.projection = projection;
  }
}
