import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from 'eventsourcing';
import { postgres } from 'eventsourcing/postgres';
import { sqlite } from 'eventsourcing/sqlite';
import { openTestDatabase } from '../../src/support/test-database.ts';
import { aggregates } from './aggregates.ts';
import { memoryFloor } from './floor-memory.ts';
import { postgresFloor } from './floor-postgres.ts';
import { sqliteFloor } from './floor-sqlite.ts';
import { libraryOn } from './library.ts';
import type { Row } from './row.ts';
import type { Sizes } from './sizes.ts';
import { storing } from './storing.ts';

export interface Suite {
  /** What its rows are compared with. */
  readonly floor: string;
  run(sizes: Sizes): Promise<Row[]>;
}

/** What is not the driver's, in every floor. */
const BY_HAND =
  'what it stores was encoded once, before; what it loads is parsed and folded, with nothing checked or kept';

export const suites: ReadonlyMap<string, Suite> = new Map([
  ['dog', { floor: 'ten times what Python’s library reaches; per second of processor time', run: aggregates }],
  ['memory', { floor: `arrays of events, written by hand; ${BY_HAND}`, run: inMemory }],
  ['sqlite', { floor: `plain node:sqlite: the same SQL, synchronous=FULL; ${BY_HAND}`, run: onSqlite }],
  [
    'postgres',
    {
      floor: `plain pg: one prepared call for each save, with a lock for the order of ids; ${BY_HAND}`,
      run: onPostgres,
    },
  ],
]);

function inMemory(sizes: Sizes): Promise<Row[]> {
  const openLibrary = async () => {
    const store = memory();
    return libraryOn(
      () => store,
      async () => undefined,
    );
  };
  return storing('memory', openLibrary, async () => memoryFloor(), sizes);
}

async function onSqlite(sizes: Sizes): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  let files = 0;
  const newFile = () => {
    files += 1;
    return join(folder, `${files}.db`);
  };
  try {
    const openLibrary = async () => {
      const file = newFile();
      const stores: { close(): Promise<void> }[] = [];
      const open = () => {
        const store = sqlite(file);
        stores.push(store);
        return store;
      };
      return libraryOn(open, async () => {
        for (const store of stores) await store.close();
      });
    };
    return await storing('sqlite', openLibrary, async () => sqliteFloor(newFile()), sizes);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function onPostgres(sizes: Sizes): Promise<Row[]> {
  const database = await openTestDatabase({ durable: true });
  let schemas = 0;
  const newSchema = () => {
    schemas += 1;
    return `bench_${schemas}`;
  };
  try {
    const openLibrary = async () => {
      // One store, whose pool has a connection for each writer.
      const store = postgres(database.url, { schema: newSchema() });
      return libraryOn(
        () => store,
        () => store.close(),
      );
    };
    return await storing('postgres', openLibrary, () => postgresFloor(database.url, newSchema()), sizes);
  } finally {
    await database.end();
  }
}
