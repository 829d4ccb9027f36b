import {
  ArgumentError,
  type FollowedLog,
  type Follower,
  GenerationError,
  type Leader,
  type LogItem,
  type Parked,
  Pipe,
  type ProcessingError,
  type SqlNames,
  StoreError,
  typesOf,
  ViewConflictError,
  type ViewGeneration,
  type ViewValue,
} from '../index.ts';
import type { Readers, Tables } from './columns.ts';
import { ColumnsError, RebuildError } from './errors.ts';
import { Generation, type ViewParts } from './generation.ts';
import { rebuilt } from './rebuild.ts';
import { differences } from './shape.ts';
import { Waiting, type WaitOptions } from './waiting.ts';

/** How often something is begun again because the projection was rebuilt meanwhile. */
const MOST_REFRESHES = 5;

/** Works with the tables that are live. */
export type Live = <R>(work: (generation: Generation) => R | Promise<R>) => Promise<R>;

/**
 * A projection in a store: tables to read, which follow from the events of one application or of several. Each event counts
 * exactly once, since the position is stored in one transaction with the rows.
 *
 * Made by `open`; see {@link projection}.
 */
export class View<T extends Tables> implements Follower {
  readonly name: string;
  /** The tables, to read what is stored. */
  readonly tables: Readers<T>;
  readonly #parts: ViewParts;
  readonly #patience: number;
  readonly #waiting: Waiting;
  #live: Generation | undefined;
  #isRebuilding = false;

  /** @internal */
  constructor(parts: ViewParts, patience: number, readersOf: (live: Live) => Readers<T>) {
    this.name = parts.name;
    this.#parts = parts;
    this.#patience = patience;
    this.#waiting = new Waiting(this.name, (log) => this.position(log));
    this.tables = readersOf((work) => this.live(work));
  }

  typesIn(log: FollowedLog): readonly string[] {
    return typesOf(this.name, this.#parts.handlers, log);
  }

  /** The id of the last notification of this log that has been dealt with, handled or skipped; 0 if none has been. */
  async position(log: string): Promise<number> {
    return await this.live(({ following }) => following.position(log));
  }

  /** The notifications of this log that were put aside, by position. */
  async parked(log: string): Promise<Parked[]> {
    return await this.live(({ following }) => following.parked(log));
  }

  /**
   * Processes what is in the log of an application and hasn't been processed yet, and returns when that is done. Any number of
   * processes can do so at once: each event counts once.
   *
   * @throws {ProcessingError} if a handler fails for an event. What comes before it is done.
   */
  async catchUp(leader: Leader): Promise<void> {
    const pipe = new Pipe(leader.notificationLog, this);
    while (await pipe.step()) {
      // There's more.
    }
  }

  async process(log: FollowedLog, items: readonly LogItem[], after: number, position: number): Promise<void> {
    const live = await this.#current();
    try {
      await live.following.process(log, items, after, position);
    } catch (error) {
      if (!(error instanceof GenerationError)) throw error;
      this.#live = undefined;
      // The new tables have positions of their own, and what was read may be out of date.
      throw new ViewConflictError(this.name);
    }
    this.#waiting.wake();
  }

  /**
   * Leaves out the notification that can't be processed: the position moves on, and nothing follows from it.
   *
   * @throws {PositionConflictError} if it has been dealt with meanwhile.
   */
  async skip(failed: ProcessingError): Promise<void> {
    await this.live(({ following }) => following.skip(failed));
  }

  /**
   * Puts the notification that can't be processed aside, and goes on with the next one. It can be taken up later.
   *
   * @throws {PositionConflictError} if it has been dealt with meanwhile.
   */
  async park(failed: ProcessingError): Promise<void> {
    await this.live(({ following }) => following.park(failed));
  }

  /**
   * Processes a notification that was put aside.
   *
   * @param position its id in the log of the leader.
   * @throws {PositionConflictError} if it isn't put aside, or not any more.
   * @throws {ProcessingError} if the handler fails again. It stays put aside.
   */
  async takeUp(leader: Leader, position: number): Promise<void> {
    await this.live(({ following }) => following.takeUp(leader, position));
  }

  /**
   * Resolves when the rows have got to a position, by whoever follows the log: so whoever has saved something can read what
   * follows from it.
   *
   * @param position the id of a notification, as `save` returns it; unless given, that of the last one there is now.
   * @throws {WaitTimeoutError} if it takes longer than the time-out.
   * @throws the reason of the signal, if that is aborted.
   */
  async waitFor(leader: Leader, position?: number, options: WaitOptions = {}): Promise<void> {
    const log = leader.notificationLog;
    await this.#waiting.for(log.name, position ?? (await log.lastId()), options);
  }

  /**
   * Makes the tables again, from the first event on: after the handlers or the columns have changed. The tables that are there
   * can be read, and followed with, until the new ones take their place in one transaction. What was put aside is put aside again
   * if it fails again.
   *
   * @param leaders all those that the projection follows.
   * @throws {RebuildError} if somebody else is rebuilding it, or a leader is missing.
   * @throws {ProcessingError} if a handler fails for an event. The tables stay as they are.
   */
  async rebuild(...leaders: readonly Leader[]): Promise<void> {
    if (leaders.length === 0)
      throw new ArgumentError(`To rebuild ${this.name} takes the applications that it follows.`);
    if (this.#isRebuilding)
      throw new RebuildError(this.name, `${this.name} is being rebuilt already. Wait until that is done.`);
    this.#isRebuilding = true;
    try {
      await rebuilt(this.#parts, await this.#stored(), leaders, this.#patience);
      this.#live = undefined;
    } finally {
      this.#isRebuilding = false;
    }
    this.#waiting.wake();
  }

  /**
   * Does with the rows of a subject what the projection says, also in tables that are being built. Let the applications forget
   * the subject first: what they still know is projected again by a rebuild.
   *
   * On PostgreSQL, what the rows held is on the disk until the server has vacuumed the tables.
   *
   * @throws {ColumnsError} if tables are being built that have other columns. Code that knows those has to do it.
   */
  async forget(subject: string): Promise<void> {
    await this.live((generation) => generation.forget(subject));
    const building = (await this.#parts.recorder.generations()).find(({ isLive }) => !isLive);
    if (building === undefined || this.#parts.forget === undefined) return;
    try {
      await this.#checked(building, 'Let the code that is rebuilding the projection forget the subject, too.').forget(
        subject,
      );
    } catch (error) {
      if (!(error instanceof GenerationError)) throw error;
      // It has been given up. If it has taken the place of the live one, that is done with here.
      await this.live((generation) =>
        generation.generation.number === building.number ? undefined : generation.forget(subject),
      );
    }
  }

  /**
   * Reads with SQL of your own.
   *
   * @param sql gets the names of the tables, as they stand in SQL now; they change when the projection is rebuilt.
   * @param values those of the placeholders: `?` on SQLite, `$1` and so on on PostgreSQL.
   * @returns the rows, each with its columns in order, as the driver gives them.
   * @throws {StoreError} if the store has no SQL (`ES_STORE_FAILED`).
   */
  async query(
    sql: (tables: { readonly [K in keyof T]: string }) => string,
    values: readonly ViewValue[] = [],
  ): Promise<(readonly unknown[])[]> {
    const { recorder } = this.#parts;
    const { query } = recorder;
    if (query === undefined) {
      throw new StoreError(
        'ES_STORE_FAILED',
        `The store of the projection ${this.name} has no SQL, as a store in memory hasn't. Read with view.tables instead.`,
      );
    }
    // The boundary: the stored tables were compared with those of the definition.
    const named = (names: SqlNames) => sql(names as { readonly [K in keyof T]: string });
    return await this.live(({ generation }) => query.call(recorder, generation, named, values));
  }

  /**
   * Works with the tables that are live, and again with others if the projection was rebuilt meanwhile.
   *
   * @internal
   */
  async live<R>(work: (generation: Generation) => R | Promise<R>): Promise<R> {
    for (let attempt = 1; ; attempt++) {
      const live = await this.#current();
      try {
        return await work(live);
      } catch (error) {
        if (!(error instanceof GenerationError) || attempt === MOST_REFRESHES) throw error;
        if (this.#live === live) this.#live = undefined;
      }
    }
  }

  async #current(): Promise<Generation> {
    if (this.#live !== undefined) return this.#live;
    const advice = `Run view.rebuild(…) with all that ${this.name} follows: it makes new tables, and these stay as they are until then.`;
    const found = this.#checked(await this.#stored(), advice);
    // Others may have asked meanwhile.
    this.#live ??= found;
    return this.#live;
  }

  /** The live generation. The first one is made if there is none. */
  async #stored(): Promise<ViewGeneration> {
    const { recorder, tables } = this.#parts;
    const liveOf = async () => (await recorder.generations()).find(({ isLive }) => isLive);
    const found = await liveOf();
    if (found !== undefined) return found;
    await recorder.create(tables);
    const created = await liveOf();
    if (created !== undefined) return created;
    throw new StoreError('ES_STORE_CONTRACT', `The store has made no tables for the projection ${this.name}.`);
  }

  #checked(generation: ViewGeneration, advice: string): Generation {
    const found = differences(generation.tables, this.#parts.tables);
    if (found.length === 0) return new Generation(this.#parts, generation);
    throw new ColumnsError(this.name, generation.number, found, advice);
  }
}
