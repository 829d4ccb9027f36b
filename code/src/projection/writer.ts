import { isThenable } from '../domain/values/is-thenable.ts';
import { CommandError } from '../index.ts';
import type { TableBuffer } from './buffer.ts';
import { RowError } from './errors.ts';
import type { AnyRow } from './shape.ts';

/** The tables as handlers get them, whatever their columns are. */
export type AnyWriters = Readonly<Record<string, Writer>>;

/** The time in which one handler runs. */
export class Turn {
  /** Whose event it is. */
  readonly aggregateId: string | undefined;
  #isOver = false;
  #pending: Promise<void>[] | undefined;

  constructor(aggregateId: string | undefined) {
    this.aggregateId = aggregateId;
  }

  /** Lets a handler work with tables. Returns what is to be awaited, if anything is. */
  run(work: () => unknown): Promise<void> | undefined {
    try {
      const result = work();
      if (isThenable(result) || this.#pending !== undefined) return this.#finish(result);
      this.#isOver = true;
      return undefined;
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
  }

  refuseIfOver(buffer: TableBuffer, what: string): void {
    if (!this.#isOver) return;
    throw new CommandError(
      'ES_POLICY',
      `A handler of a projection has called ${buffer.shape.table.name}.${what} after it was over, so that what it writes would be ` +
        'lost. It has to await whatever it starts.',
    );
  }

  /** Takes note of what has to be done before the handler is over. */
  await(work: Promise<void>): Promise<void> {
    // Whether it fails is seen when it is waited for, if the handler doesn't look itself.
    work.catch(() => undefined);
    this.#pending ??= [];
    this.#pending.push(work);
    return work;
  }

  async #finish(result: unknown): Promise<void> {
    try {
      await result;
      while (this.#pending !== undefined && this.#pending.length > 0) await Promise.all(this.#pending.splice(0));
    } finally {
      this.#isOver = true;
    }
  }
}

/** One table, for one handler. */
export class Writer {
  readonly #buffer: TableBuffer;
  readonly #turn: Turn;

  constructor(buffer: TableBuffer, turn: Turn) {
    this.#buffer = buffer;
    this.#turn = turn;
  }

  async get(id: string): Promise<AnyRow | undefined> {
    this.#begin('get');
    const buffer = this.#buffer;
    if (id === this.#turn.aggregateId) buffer.isReadByAggregate = true;
    const known = buffer.known(id);
    if (known !== undefined || buffer.knows(id)) return known;
    return await buffer.get(buffer.shape.checkId(id));
  }

  async all(options?: unknown): Promise<AnyRow[]> {
    this.#begin('all');
    return await this.#buffer.all(this.#buffer.shape.selection(options));
  }

  async count(options?: unknown): Promise<number> {
    this.#begin('count');
    return await this.#buffer.count(this.#buffer.shape.selection(options).where);
  }

  set(id: string, values: unknown): void {
    this.#begin('set');
    const { shape } = this.#buffer;
    const before = this.#buffer.known(id);
    this.#buffer.set(before === undefined ? shape.row(shape.checkId(id), values) : shape.row(id, values, before));
  }

  update(id: string, changes: unknown): Promise<void> {
    return this.#turn.await(this.#update(id, changes));
  }

  delete(id: string): void {
    this.#begin('delete');
    this.#buffer.delete(this.#buffer.shape.checkId(id));
  }

  async #update(id: string, changes: unknown): Promise<void> {
    const row = await this.get(id);
    const { shape } = this.#buffer;
    if (row === undefined) {
      const place = { projection: shape.projection, table: shape.table.name, id };
      throw new RowError(place, "there is no such row, so it can't be updated.");
    }
    this.#begin('update');
    const values: unknown = typeof changes === 'function' ? changes(row) : changes;
    this.#buffer.set(shape.updated(row, values));
  }

  #begin(what: string): void {
    this.#turn.refuseIfOver(this.#buffer, what);
  }
}
