import { isThenable } from '../domain/values/is-thenable.ts';
import { CommandError } from '../index.ts';
import type { TableBuffer } from './buffer.ts';
import { RowError } from './errors.ts';
import type { AnyRow } from './shape.ts';

/** The tables as handlers get them, whatever their columns are. */
export type AnyWriters = Readonly<Record<string, Writer>>;

/** The time in which one handler runs. */
export class Turn {
  readonly #isOver = { value: false };
  readonly #pending: Promise<void>[] = [];
  /** Whose event it is. */
  readonly aggregateId: string | undefined;

  constructor(aggregateId: string | undefined) {
    this.aggregateId = aggregateId;
  }

  /** Lets a handler work with tables, and waits for what it hasn't awaited itself. */
  async run(work: () => unknown): Promise<void> {
    try {
      const result = work();
      if (isThenable(result)) await result;
      while (this.#pending.length > 0) await Promise.all(this.#pending.splice(0));
    } finally {
      this.#isOver.value = true;
    }
  }

  refuseIfOver(what: string): void {
    if (!this.#isOver.value) return;
    throw new CommandError(
      'ES_POLICY',
      `A handler of a projection has called ${what} after it was over, so that what it writes would be lost. It has to await ` +
        'whatever it starts.',
    );
  }

  /** Takes note of what has to be done before the handler is over. */
  await(work: Promise<void>): Promise<void> {
    // Whether it fails is seen when it is waited for, if the handler doesn't look itself.
    work.catch(() => undefined);
    this.#pending.push(work);
    return work;
  }
}

/** One table, for one handler. */
export class Writer {
  readonly #buffer: TableBuffer;
  readonly #turn: Turn;
  readonly #onRead: ((id: string) => void) | undefined;

  constructor(buffer: TableBuffer, turn: Turn, onRead?: (id: string) => void) {
    this.#buffer = buffer;
    this.#turn = turn;
    this.#onRead = onRead;
  }

  async get(id: string): Promise<AnyRow | undefined> {
    this.#begin('get');
    this.#buffer.shape.checkId(id);
    this.#onRead?.(id);
    return this.#buffer.knows(id) ? this.#buffer.known(id) : await this.#buffer.get(id);
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
    this.#buffer.set(this.#buffer.shape.row(this.#buffer.shape.checkId(id), values));
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
    this.#buffer.set(shape.row(id, values, row));
  }

  #begin(what: string): void {
    this.#turn.refuseIfOver(`${this.#buffer.shape.table.name}.${what}`);
  }
}
