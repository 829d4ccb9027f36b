import {
  type RowChanges,
  type StoredRow,
  selectRows,
  type ViewGeneration,
  type ViewRecorder,
  type ViewSelection,
} from '../index.ts';
import type { AnyRow, Shape } from './shape.ts';

/** More rows than this are not kept from one transaction to the next. */
const MOST_ROWS = 10_000;

/**
 * The rows of one table while events are handled: those that are stored, as far as they were read, and what becomes of them.
 * Nothing is written before all events of the transaction have been handled.
 */
export class TableBuffer {
  readonly shape: Shape;
  /** Whether handlers read the rows that have the ids of their events' aggregates. */
  isReadByAggregate = false;
  readonly #recorder: ViewRecorder;
  readonly #generation: ViewGeneration;
  /** As they are now, as far as that is known; undefined for those that are not there. */
  readonly #rows = new Map<string, AnyRow | undefined>();
  /** The ids of those that are not stored so yet. */
  readonly #changed = new Set<string>();

  constructor(shape: Shape, recorder: ViewRecorder, generation: ViewGeneration) {
    this.shape = shape;
    this.#recorder = recorder;
    this.#generation = generation;
  }

  get #table(): string {
    return this.shape.table.name;
  }

  /** Whether the row can be had without asking the store. */
  knows(id: string): boolean {
    return this.#rows.has(id);
  }

  /** The row, if it is known and there. */
  known(id: string): AnyRow | undefined {
    return this.#rows.get(id);
  }

  async get(id: string): Promise<AnyRow | undefined> {
    if (!this.knows(id)) await this.fetch([id]);
    return this.known(id);
  }

  /** Reads rows that will be asked for. */
  async fetch(ids: readonly string[]): Promise<void> {
    const found = await this.#recorder.get(this.#generation, this.#table, ids);
    // What was changed meanwhile is newer.
    const missing = new Set(ids.filter((id) => !this.knows(id)));
    for (const stored of found) {
      if (missing.delete(stored.id)) this.#rows.set(stored.id, this.shape.read(stored));
    }
    for (const id of missing) this.#rows.set(id, undefined);
  }

  set(row: AnyRow): void {
    this.#rows.set(row.id, row);
    this.#changed.add(row.id);
  }

  delete(id: string): void {
    this.#rows.set(id, undefined);
    this.#changed.add(id);
  }

  async all(selection: ViewSelection): Promise<AnyRow[]> {
    const { table } = this.shape;
    const changed = this.#changes();
    const { limit, offset = 0 } = selection;
    // As many as could be needed if all those that have changed stood among them.
    const wide = limit === undefined ? undefined : limit + offset + changed.size;
    const stored = await this.#recorder.select(
      this.#generation,
      this.#table,
      changed.size === 0 ? selection : { ...selection, offset: 0, limit: wide },
    );
    if (changed.size === 0) return stored.map((row) => this.shape.read(row));
    const rows: StoredRow[] = stored.filter(({ id }) => !changed.has(id));
    for (const row of changed.values()) if (row !== undefined) rows.push(this.shape.stored(row));
    return selectRows(table, rows, selection).map((row) => this.shape.read(row));
  }

  async count(where: ViewSelection['where']): Promise<number> {
    const changed = this.#changes();
    const count = await this.#recorder.count(this.#generation, this.#table, where);
    if (changed.size === 0) return count;
    const before = await this.#recorder.get(this.#generation, this.#table, [...changed.keys()]);
    const after: StoredRow[] = [];
    for (const row of changed.values()) if (row !== undefined) after.push(this.shape.stored(row));
    const matching = (rows: readonly StoredRow[]) => selectRows(this.shape.table, rows, where ? { where } : {}).length;
    return count - matching(before) + matching(after);
  }

  /** What is to be written. */
  changes(): RowChanges | undefined {
    if (this.#changed.size === 0) return undefined;
    const put: StoredRow[] = [];
    const remove: string[] = [];
    for (const id of this.#changed) {
      const row = this.#rows.get(id);
      if (row !== undefined) put.push(this.shape.stored(row));
      else remove.push(id);
    }
    return { table: this.#table, put, remove };
  }

  /** What was to be written is written, and nobody else has written anything since the rows were read. */
  keep(): void {
    this.#changed.clear();
    if (this.#rows.size > MOST_ROWS) this.#rows.clear();
  }

  /** What was to be written isn't written. */
  dropChanges(): void {
    for (const id of this.#changed) this.#rows.delete(id);
    this.#changed.clear();
  }

  /** Somebody else may have written. */
  forgetRows(): void {
    this.#changed.clear();
    this.#rows.clear();
  }

  /** The rows that are not stored so yet, as they are now. */
  #changes(): ReadonlyMap<string, AnyRow | undefined> {
    const changes = new Map<string, AnyRow | undefined>();
    for (const id of this.#changed) changes.set(id, this.#rows.get(id));
    return changes;
  }
}
