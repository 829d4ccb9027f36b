import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory, type Recorder, type SnapshotRecorder, type Store, uuid4 } from 'eventsourcing';
import { postgres } from 'eventsourcing/postgres';
import { sqlite } from 'eventsourcing/sqlite';
import { afterAll, afterEach, inject } from 'vitest';

/** A store of the library, which keeps snapshots too. */
export interface FullStore extends Store {
  snapshotRecorder(application: string): SnapshotRecorder;
}

/** One of the ways in which events are kept. */
export interface Engine {
  readonly name: string;
  /** Opens a store with nothing in it, which is closed after the test. */
  open(): FullStore;
  /** Opens recorders of one log with nothing in it, on connections of their own where there are connections. */
  openLog(count: number): readonly Recorder[];
  /** Whether a save waits for nothing but the processor. */
  readonly isFast: boolean;
}

/** All of them. To be called by a test file, once. */
export function engines(): readonly Engine[] {
  const folder = mkdtempSync(join(tmpdir(), 'engines-'));
  const url = inject('postgresUrl');
  const toClose: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const store of toClose.splice(0)) await store.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function closing<S extends { close(): Promise<void> }>(store: S): S {
    toClose.push(store);
    return store;
  }
  const several = (count: number, open: () => Store) => Array.from({ length: count }, () => open().recorder('Tested'));
  const newFile = () => join(folder, `${uuid4()}.db`);
  const newSchema = () => `engine_${uuid4().replaceAll('-', '')}`;

  return [
    {
      name: 'memory',
      open: fullMemory,
      openLog(count) {
        const store = memory();
        return several(count, () => store);
      },
      isFast: true,
    },
    {
      name: 'SQLite file',
      open: () => closing(sqlite(newFile())),
      openLog(count) {
        const file = newFile();
        return several(count, () => closing(sqlite(file)));
      },
      isFast: true,
    },
    {
      name: 'SQLite in memory',
      open: () => closing(sqlite(':memory:')),
      openLog(count) {
        // A database in memory has one connection.
        const store = closing(sqlite(':memory:'));
        return several(count, () => store);
      },
      isFast: true,
    },
    {
      name: 'PostgreSQL',
      open: () => closing(postgres(url, { schema: newSchema() })),
      openLog(count) {
        const schema = newSchema();
        return several(count, () => closing(postgres(url, { schema, poolSize: 2 })));
      },
      isFast: false,
    },
  ];
}

function fullMemory(): FullStore {
  const { recorder, snapshotRecorder } = memory();
  if (snapshotRecorder === undefined) throw new TypeError('The store in memory keeps no snapshots.');
  return { recorder, snapshotRecorder };
}
