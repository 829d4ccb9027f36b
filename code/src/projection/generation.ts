import {
  type FollowedLog,
  Following,
  GenerationError,
  type Handler,
  type Handlers,
  type Notification,
  PositionConflictError,
  ProcessingError,
  type Tracking,
  ViewConflictError,
  type ViewGeneration,
  type ViewRecorder,
  type ViewTable,
} from '../index.ts';
import { TableBuffer } from './buffer.ts';
import { type AnyRow, Shape } from './shape.ts';
import { type AnyWriters, Turn, Writer } from './writer.ts';

/** How often somebody is forgotten again because others have written meanwhile. */
const MOST_CONFLICTS = 100;

/** What becomes of the rows of a subject that is forgotten. */
export type Forget = (subject: string, tables: AnyWriters) => unknown;

/** What is the same for all generations of a projection. */
export interface ViewParts {
  readonly name: string;
  /** As they are defined. */
  readonly tables: readonly ViewTable[];
  readonly handlers: Handlers<AnyWriters>;
  readonly forget: Forget | undefined;
  readonly recorder: ViewRecorder;
}

/** One generation of a projection: follows logs with its tables. Its columns are those of the definition. */
export class Generation {
  readonly generation: ViewGeneration;
  readonly #parts: ViewParts;
  readonly following: Following<AnyWriters>;
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #buffers: ReadonlyMap<string, TableBuffer>;
  /**
   * What nobody else has written since, as far as is known. It's asked for before notifications are read, and never after that:
   * if somebody is forgotten in between, they hold what is to be forgotten, and are not to be processed.
   */
  #revision: number | undefined;
  /** One transaction after the other, since they're worked out from what the one before has written. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: ViewParts, generation: ViewGeneration) {
    this.#parts = parts;
    this.generation = generation;
    this.#shapes = new Map(generation.tables.map((table) => [table.name, new Shape(parts.name, table)]));
    this.#buffers = this.#newBuffers();
    this.following = new Following({
      name: parts.name,
      handlers: parts.handlers,
      position: (log) => this.#position(log),
      parked: (log) => parts.recorder.parked(generation, log),
      work: (log, events, handlers, tracking) => this.#inTurn(() => this.#work(log, events, handlers, tracking)),
      store: (tracking) => this.#inTurn(() => this.#store(tracking)),
    });
  }

  async get(table: string, id: string): Promise<AnyRow | undefined> {
    const shape = this.#shape(table);
    const [row] = await this.#parts.recorder.get(this.generation, table, [shape.checkId(id)]);
    return row === undefined ? undefined : shape.read(row);
  }

  async all(table: string, options: unknown): Promise<AnyRow[]> {
    const shape = this.#shape(table);
    const rows = await this.#parts.recorder.select(this.generation, table, shape.selection(options));
    return rows.map((row) => shape.read(row));
  }

  async count(table: string, options: unknown): Promise<number> {
    const { where } = this.#shape(table).selection(options);
    return await this.#parts.recorder.count(this.generation, table, where);
  }

  /** Does with the rows of a subject what was said, in one transaction. */
  async forget(subject: string): Promise<void> {
    const { recorder, forget } = this.#parts;
    if (forget === undefined) return;
    for (let attempt = 1; ; attempt++) {
      const { revision } = await recorder.standing(this.generation, '');
      // Of its own: what the others know may be out of date.
      const buffers = this.#newBuffers();
      const turn = new Turn(undefined);
      await turn.run(() => forget(subject, writersOf(buffers, turn)));
      try {
        // Also if no row has changed, so that nobody stores what they have read of the subject before.
        return await recorder.write(this.generation, { revision, changes: changesOf(buffers), forgets: true });
      } catch (error) {
        if (!(error instanceof ViewConflictError) || attempt === MOST_CONFLICTS) throw error;
      }
    }
  }

  async #position(log: string): Promise<number> {
    const { position, revision } = await this.#parts.recorder.standing(this.generation, log);
    this.#revision ??= revision;
    return position;
  }

  #newBuffers(): ReadonlyMap<string, TableBuffer> {
    return new Map(
      [...this.#shapes].map(([name, shape]) => [name, new TableBuffer(shape, this.#parts.recorder, this.generation)]),
    );
  }

  #shape(table: string): Shape {
    const shape = this.#shapes.get(table);
    if (shape === undefined) throw new TypeError(`The projection ${this.#parts.name} has no table ${table}.`);
    return shape;
  }

  async #inTurn<R>(work: () => Promise<R>): Promise<R> {
    const result = this.#last.then(work);
    // Whoever waits for it learns of it; the next one begins in any case.
    this.#last = result.catch(() => undefined);
    return await result;
  }

  async #work(
    log: FollowedLog,
    events: readonly Notification[],
    handlers: ReadonlyMap<string, Handler<AnyWriters>>,
    tracking: Tracking,
  ): Promise<void> {
    const { recorder } = this.#parts;
    const revision = this.#revision ?? (await recorder.standing(this.generation, log.name)).revision;
    this.#revision = revision;
    await this.#prefetch(events);
    for (const event of events) {
      const turn = new Turn(event.aggregateId);
      const writers = writersOf(this.#buffers, turn);
      try {
        const running = turn.run(() => handlers.get(event.type)?.(event, writers));
        if (running !== undefined) await running;
      } catch (error) {
        for (const buffer of this.#buffers.values()) buffer.dropChanges();
        // That isn't the event's fault.
        if (error instanceof GenerationError) throw error;
        throw new ProcessingError(this.#parts.name, log.name, event, error);
      }
    }
    await this.#write(revision, tracking);
  }

  async #store(tracking: Tracking): Promise<void> {
    const { revision } = await this.#parts.recorder.standing(this.generation, tracking.log);
    await this.#parts.recorder.write(this.generation, { revision, changes: [], tracking });
  }

  async #write(revision: number, tracking: Tracking): Promise<void> {
    try {
      await this.#parts.recorder.write(this.generation, { revision, changes: changesOf(this.#buffers), tracking });
    } catch (error) {
      for (const buffer of this.#buffers.values()) buffer.forgetRows();
      // After any other error the revision is kept: if this was written nevertheless, the next attempt finds out.
      if (error instanceof ViewConflictError || error instanceof PositionConflictError) this.#revision = undefined;
      throw error;
    }
    this.#revision = revision + 1;
    for (const buffer of this.#buffers.values()) buffer.keep();
  }

  /** Most handlers read the row of the aggregate that the event is of. Those are read in one go. */
  async #prefetch(events: readonly Notification[]): Promise<void> {
    for (const buffer of this.#buffers.values()) {
      if (!buffer.isReadByAggregate) continue;
      const missing = new Set<string>();
      for (const { aggregateId } of events) if (!buffer.knows(aggregateId)) missing.add(aggregateId);
      if (missing.size > 1) await buffer.fetch([...missing]);
    }
  }
}

function writersOf(buffers: ReadonlyMap<string, TableBuffer>, turn: Turn): AnyWriters {
  const writers: Record<string, Writer> = {};
  for (const [name, buffer] of buffers) writers[name] = new Writer(buffer, turn);
  return writers;
}

function changesOf(buffers: ReadonlyMap<string, TableBuffer>) {
  return [...buffers.values()].flatMap((buffer) => buffer.changes() ?? []);
}
