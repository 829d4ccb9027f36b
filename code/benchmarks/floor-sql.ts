import { decode, decodeDog, encodeDog, evolve, newDog, type PlainDog } from './by-hand.ts';
import { type Contender, FOLLOWED_AT_ONCE, type Place, SECTION_SIZE } from './contender.ts';
import { applyTo, type DogRow } from './projected.ts';

type Row = readonly unknown[];

/** The queries of a floor on a database, already prepared. */
export interface Queries {
  /** Topic, version and state of the events after a version, in their order. */
  events(aggregateId: string, after: number): Promise<readonly Row[]>;
  /** Version and state of the last snapshot. */
  snapshot(aggregateId: string): Promise<Row | undefined>;
  putSnapshot(aggregateId: string, version: number, state: Buffer): Promise<void>;
  /** Position, aggregate id, version, topic and state, from a position on. */
  section(start: number, limit: number): Promise<readonly Row[]>;
  /** Makes tables for a projection. */
  projection(name: string): Promise<ProjectionQueries>;
}

/** The queries of one projection, already prepared. */
export interface ProjectionQueries {
  /** Id, name and tricks of the rows with these ids. */
  rows(ids: readonly string[]): Promise<readonly Row[]>;
  /** Stores rows and the position in one transaction. */
  store(rows: readonly DogRow[], position: number): Promise<void>;
  /** How many events have been followed. */
  count(): Promise<number>;
}

/** The reading half of a floor: what is selected is parsed and folded by hand. */
export function readingWith(queries: Queries): Omit<Contender, 'begin' | 'close'> {
  const fold = (dog: PlainDog, rows: readonly Row[]) =>
    rows.reduce<PlainDog>((each, [topic, version, state]) => evolve(each, topic, version, state), dog);
  const load = async (id: string) => fold(newDog(), await queries.events(id, 0));
  async function* sections() {
    for (let next = 1; ; ) {
      const rows = await queries.section(next, SECTION_SIZE);
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      next = Number(last[0]) + 1;
    }
  }
  async function follow(projection: ProjectionQueries): Promise<number> {
    for (let next = 1; ; ) {
      const events = await queries.section(next, FOLLOWED_AT_ONCE);
      const last = events.at(-1);
      if (last === undefined) return await projection.count();
      const ids = new Set(events.map(([, id]) => String(id)));
      const stored = await projection.rows([...ids]);
      const rows = new Map(
        stored.map(([id, dog, tricks]) => [String(id), { id: String(id), name: String(dog), tricks: Number(tricks) }]),
      );
      for (const [, id, , topic, state] of events) applyTo(rows, String(id), topic, state);
      const position = Number(last[0]);
      await projection.store([...rows.values()], position);
      next = position + 1;
    }
  }
  return {
    load: async (id) => (await load(id)).tricks.length,
    async takeSnapshot(id) {
      const dog = await load(id);
      await queries.putSnapshot(id, dog.version, encodeDog(dog));
    },
    async loadFromSnapshot(id) {
      const snapshot = await queries.snapshot(id);
      const dog = snapshot === undefined ? newDog() : decodeDog(snapshot[1]);
      return fold(dog, await queries.events(id, dog.version)).tricks.length;
    },
    async drain() {
      let events = 0;
      for await (const rows of sections()) {
        const section = rows.map(([id, aggregateId, version, type, state]) => ({
          id: Number(id),
          aggregateId,
          version: Number(version),
          type,
          ...decode(state),
        }));
        events += section.filter(({ payload }) => payload !== undefined).length;
      }
      return events;
    },
    async projection(name) {
      const projection = await queries.projection(name);
      return { follow: () => follow(projection) };
    },
    async places() {
      const places: Place[] = [];
      for await (const rows of sections()) {
        for (const [id, aggregateId, version] of rows) {
          places.push({ id: Number(id), aggregateId: String(aggregateId), version: Number(version) });
        }
      }
      return places;
    },
  };
}
