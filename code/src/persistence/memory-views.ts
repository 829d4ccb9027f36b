import { GenerationError, ViewConflictError } from './errors.ts';
import { checkTracking } from './limits.ts';
import { MemoryTracking } from './memory-tracking.ts';
import { checkProjectionName } from './names.ts';
import type { Parked } from './tracking.ts';
import type {
  StoredRow,
  ViewGeneration,
  ViewRecorder,
  ViewSelection,
  ViewStanding,
  ViewTable,
  ViewWrite,
} from './view-recorder.ts';
import { selectRows } from './view-rows.ts';

/** A generation with what is in it. */
interface Kept {
  readonly number: number;
  readonly tables: readonly ViewTable[];
  readonly rows: ReadonlyMap<string, Map<string, StoredRow>>;
  readonly tracking: MemoryTracking;
  revision: number;
  beats: number;
}

/** Keeps the rows of a projection in the memory of the process. */
export class MemoryViewRecorder implements ViewRecorder {
  readonly #projection: string;
  #live: Kept | undefined;
  #building: Kept | undefined;
  #last = 0;

  /** @throws {ArgumentError} if no store could keep a projection of this name. */
  constructor(projection: string) {
    checkProjectionName(projection);
    this.#projection = projection;
  }

  async generations(): Promise<ViewGeneration[]> {
    const found = [];
    if (this.#live !== undefined) found.push(described(this.#live, true));
    if (this.#building !== undefined) found.push(described(this.#building, false));
    return found;
  }

  async create(tables: readonly ViewTable[]): Promise<void> {
    this.#live ??= this.#make(tables);
  }

  async build(
    tables: readonly ViewTable[],
    _builder: string,
    abandoned?: ViewGeneration,
  ): Promise<ViewGeneration | undefined> {
    const building = this.#building;
    if (building !== undefined && (building.number !== abandoned?.number || building.beats !== abandoned.beats)) {
      return undefined;
    }
    this.#building = this.#make(tables);
    return described(this.#building, false);
  }

  async beat(generation: ViewGeneration): Promise<void> {
    this.#kept(generation).beats += 1;
  }

  async makeLive(generation: ViewGeneration): Promise<boolean> {
    const next = this.#kept(generation);
    if (next === this.#live) return true;
    for (const [log, position] of this.#live?.tracking.positions ?? []) {
      if (next.tracking.position(log) < position) return false;
    }
    this.#live = next;
    this.#building = undefined;
    return true;
  }

  async discard(generation: ViewGeneration): Promise<void> {
    if (this.#building?.number === generation.number) this.#building = undefined;
  }

  async standing(generation: ViewGeneration, log: string): Promise<ViewStanding> {
    const { revision, tracking } = this.#kept(generation);
    return { revision, position: tracking.position(log) };
  }

  async positions(generation: ViewGeneration): Promise<ReadonlyMap<string, number>> {
    return new Map(this.#kept(generation).tracking.positions);
  }

  async parked(generation: ViewGeneration, log: string): Promise<Parked[]> {
    return this.#kept(generation).tracking.parked(log);
  }

  async get(generation: ViewGeneration, table: string, ids: readonly string[]): Promise<StoredRow[]> {
    const rows = this.#rows(generation, table);
    const found: StoredRow[] = [];
    for (const id of ids) {
      const row = rows.get(id);
      if (row !== undefined) found.push(row);
    }
    return found;
  }

  async select(generation: ViewGeneration, table: string, selection: ViewSelection): Promise<StoredRow[]> {
    return this.#selected(generation, table, selection);
  }

  async count(generation: ViewGeneration, table: string, where: ViewSelection['where'] = []): Promise<number> {
    return this.#selected(generation, table, { where }).length;
  }

  async write(generation: ViewGeneration, { revision, changes, tracking }: ViewWrite): Promise<void> {
    if (tracking !== undefined) checkTracking(tracking);
    // Nothing is awaited from here on, so that nothing else can come in between.
    const kept = this.#kept(generation);
    if (tracking !== undefined) kept.tracking.refuseRepetition(tracking);
    if (revision !== kept.revision) throw new ViewConflictError(this.#projection);
    for (const { table, put, remove } of changes) {
      const rows = this.#rows(generation, table);
      for (const row of put) rows.set(row.id, row);
      for (const id of remove) rows.delete(id);
    }
    if (tracking !== undefined) kept.tracking.track(tracking);
    kept.revision += 1;
  }

  #make(tables: readonly ViewTable[]): Kept {
    this.#last += 1;
    const rows = new Map(tables.map(({ name }) => [name, new Map<string, StoredRow>()]));
    return { number: this.#last, tables, rows, tracking: new MemoryTracking(), revision: 0, beats: 0 };
  }

  #kept({ number }: ViewGeneration): Kept {
    if (this.#live?.number === number) return this.#live;
    if (this.#building?.number === number) return this.#building;
    throw new GenerationError(this.#projection, number);
  }

  #rows(generation: ViewGeneration, table: string): Map<string, StoredRow> {
    const rows = this.#kept(generation).rows.get(table);
    if (rows === undefined) throw new TypeError(`The projection ${this.#projection} has no table ${table}.`);
    return rows;
  }

  #selected(generation: ViewGeneration, name: string, selection: ViewSelection): StoredRow[] {
    const rows = this.#rows(generation, name);
    const table = this.#kept(generation).tables.find((each) => each.name === name);
    return table === undefined ? [] : selectRows(table, rows.values(), selection);
  }
}

function described({ number, tables, beats }: Kept, isLive: boolean): ViewGeneration {
  return { number, isLive, tables, beats };
}
