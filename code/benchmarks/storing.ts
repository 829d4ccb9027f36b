import assert from 'node:assert/strict';
import { type Contender, Counted, type Projected, type Written } from './contender.ts';
import { compare, type Turn } from './measure.ts';
import type { Row } from './row.ts';
import type { Sizes } from './sizes.ts';

const WRITERS = 10;
const EVENTS_OF_LARGE_SAVE = 10;
const EVENTS_AFTER_SNAPSHOT = 5;
const EVENTS_OF_FILLING_SAVE = 100;
const PROJECTED_DOGS = 20;
const EVENTS_OF_PROJECTED_SAVE = 5;

/** Opens a library or a floor with nothing in it. */
type Open = () => Promise<Contender>;

/** What every store is measured by. Each benchmark has storage of its own. */
export async function storing(suite: string, openLibrary: Open, openFloor: Open, sizes: Sizes): Promise<Row[]> {
  const { rounds, saves, loads, events, log } = sizes;
  const rows: Row[] = [];
  async function bench(name: string, unit: string, prepare: (counted: Counted) => Promise<Turn>) {
    const library = new Counted(await openLibrary());
    const floor = new Counted(await openFloor());
    try {
      rows.push(await compare({ suite, name, unit }, rounds, await prepare(library), await prepare(floor)));
      await library.check();
      await floor.check();
    } finally {
      await library.contender.close();
      await floor.contender.close();
    }
  }

  const appending = (size: number) => async (counted: Counted) => {
    const written = await counted.begin();
    return () => appendTo(written, saves, size);
  };
  await bench('append 1', 'saves/s', appending(1));
  await bench(`append ${EVENTS_OF_LARGE_SAVE}`, 'saves/s', appending(EVENTS_OF_LARGE_SAVE));

  await bench(`${WRITERS} writers`, 'saves/s', async (counted) => {
    const all: Written[] = [];
    for (let n = 0; n < WRITERS; n++) all.push(await counted.begin());
    const each = Math.ceil(saves / WRITERS);
    return async () => {
      await Promise.all(all.map((written) => appendTo(written, each, 1)));
      return WRITERS * each;
    };
  });

  await bench(`load and fold ${events}`, 'events/s', async (counted) => {
    const id = await filled(counted, events);
    return async () => {
      for (let n = 0; n < loads; n++) assert.equal(await counted.contender.load(id), events - 1);
      return loads * events;
    };
  });

  await bench('load from a snapshot', 'loads/s', async (counted) => {
    const written = await counted.begin();
    await written.append(events - 1);
    await counted.contender.takeSnapshot(written.id);
    await written.append(EVENTS_AFTER_SNAPSHOT);
    const tricks = events - 1 + EVENTS_AFTER_SNAPSHOT;
    return async () => {
      for (let n = 0; n < loads; n++) assert.equal(await counted.contender.loadFromSnapshot(written.id), tricks);
      return loads;
    };
  });

  await bench('drain the log', 'events/s', async (counted) => {
    await filled(counted, log);
    return () => counted.contender.drain();
  });

  await bench('projection', 'events/s', async (counted) => {
    const dogs: Written[] = [];
    for (let n = 0; n < PROJECTED_DOGS; n++) dogs.push(await counted.begin());
    let stored = PROJECTED_DOGS;
    for (let n = 0; stored < log; n++) {
      await dogs[n % PROJECTED_DOGS]?.append(EVENTS_OF_PROJECTED_SAVE);
      stored += EVENTS_OF_PROJECTED_SAVE;
    }
    const projections: Projected[] = [];
    // One for each round, and one before them.
    for (let n = 0; n <= rounds; n++) projections.push(await counted.contender.projection(`Dogs${n}`));
    return async () => {
      assert.equal(await projections.pop()?.follow(), stored);
      return stored;
    };
  });
  return rows;
}

async function appendTo(written: Written, saves: number, size: number): Promise<number> {
  for (let n = 0; n < saves; n++) await written.append(size);
  return saves;
}

/** Stores an aggregate with so many events. Returns its id. */
async function filled(counted: Counted, events: number): Promise<string> {
  const written = await counted.begin();
  for (let missing = events - 1; missing > 0; missing -= EVENTS_OF_FILLING_SAVE) {
    await written.append(Math.min(missing, EVENTS_OF_FILLING_SAVE));
  }
  return written.id;
}
