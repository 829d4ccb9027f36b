import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import {
  type KeyRecorder,
  memory,
  type Recorder,
  type SnapshotRecorder,
  type Store,
  uuid4,
  type ViewRecorder,
} from 'eventsourcing';
import { pglite } from 'eventsourcing/pglite';
import { postgres } from 'eventsourcing/postgres';
import { sqlite } from 'eventsourcing/sqlite';
import { sqliteWasm } from 'eventsourcing/sqlite-wasm';
import { Client } from 'pg';
import { afterAll, afterEach, inject } from 'vitest';
import type { StoreName } from './store-names.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The store on which a project runs every suite. */
    store: StoreName;
  }
}

/** A store of the library, which keeps snapshots, keys and projections too. */
export interface FullStore extends Store {
  snapshotRecorder(application: string): SnapshotRecorder;
  keyRecorder(application: string): KeyRecorder;
  viewRecorder(projection: string): ViewRecorder;
}

/** One of the ways in which events are kept. All that is opened is closed after the test. */
export interface TestedStore {
  readonly name: StoreName;
  /** Opens a store with nothing in it. */
  open(): FullStore;
  /** Makes a place with nothing in it, and returns what opens a store there: again and again, as other processes would. */
  newPlace(): () => FullStore;
  /** A store with nothing in it, for tests that take hundreds of them. It may be the same one each time. */
  emptied(): Promise<FullStore>;
  /** Whether a save waits for nothing but the processor. */
  readonly isFast: boolean;
}

type Closing = <S extends FullStore>(store: S) => S;
type Kind = (name: StoreName, closing: Closing) => TestedStore | Promise<TestedStore>;

const kinds: Readonly<Record<StoreName, Kind>> = {
  memory: (name) => without(name, inMemory, true),
  'SQLite file': (name, closing) => {
    const folder = mkdtempSync(join(tmpdir(), 'stores-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    return files(
      name,
      () => join(folder, `${uuid4()}.db`),
      (file) => closing(sqlite(file, { synchronous: 'off' })),
    );
  },
  // A database in memory has one connection.
  'SQLite in memory': (name, closing) => without(name, () => closing(sqlite(':memory:')), true),
  'SQLite WebAssembly': async (name, closing) => {
    const sqlite3 = await sqlite3InitModule();
    return files(
      name,
      () => `/${uuid4()}.db`,
      (file) => closing(sqliteWasm(sqlite3, file)),
    );
  },
  PostgreSQL: async (name, closing) => {
    const url = inject('postgresUrl');
    const client = new Client(url);
    await client.connect();
    const recycledSchema = newSchema();
    const recycled = postgres(url, { schema: recycledSchema });
    afterAll(() => Promise.all([recycled.close(), client.end()]));
    return {
      name,
      open: () => closing(postgres(url, { schema: newSchema() })),
      newPlace() {
        const schema = newSchema();
        return () => closing(postgres(url, { schema, poolSize: 2 }));
      },
      async emptied() {
        await client.query(emptying(recycledSchema));
        return recycled;
      },
      isFast: false,
    };
  },
  PGlite: async (name, closing) => {
    const database = new PGlite();
    await database.waitReady;
    afterAll(() => database.close());
    const recycledSchema = newSchema();
    const recycled = pglite(database, { schema: recycledSchema });
    return {
      name,
      open: () => closing(pglite(database, { schema: newSchema() })),
      newPlace() {
        const schema = newSchema();
        return () => closing(pglite(database, { schema }));
      },
      async emptied() {
        await database.exec(emptying(recycledSchema));
        return recycled;
      },
      isFast: false,
    };
  },
};

/** Makes stores ready. To be called by a test file, once. */
export async function testedStores(names: readonly StoreName[]): Promise<readonly TestedStore[]> {
  const toClose: FullStore[] = [];
  afterEach(async () => {
    for (const store of toClose.splice(0)) await store.close?.();
  });
  const closing: Closing = (store) => {
    toClose.push(store);
    return store;
  };
  return await Promise.all(names.map((name) => kinds[name](name, closing)));
}

/** Recorders of one log with nothing in it, on connections of their own where there are connections. */
export function openLog({ newPlace }: TestedStore, count: number): readonly Recorder[] {
  const open = newPlace();
  return Array.from({ length: count }, () => open().recorder('Tested'));
}

/** A store that has no place where it could be opened again. */
function without(name: StoreName, open: () => FullStore, isFast: boolean): TestedStore {
  return {
    name,
    open,
    newPlace() {
      const store = open();
      return () => store;
    },
    emptied: async () => open(),
    isFast,
  };
}

function files(name: StoreName, newFile: () => string, openFile: (file: string) => FullStore): TestedStore {
  return {
    name,
    open: () => openFile(newFile()),
    newPlace() {
      const file = newFile();
      return () => openFile(file);
    },
    emptied: async () => openFile(newFile()),
    isFast: true,
  };
}

function inMemory(): FullStore {
  const { recorder, snapshotRecorder, keyRecorder, viewRecorder } = memory();
  if (snapshotRecorder === undefined) throw new TypeError('The store in memory keeps no snapshots.');
  if (keyRecorder === undefined) throw new TypeError('The store in memory keeps no keys.');
  if (viewRecorder === undefined) throw new TypeError('The store in memory keeps no projections.');
  return { recorder, snapshotRecorder, keyRecorder, viewRecorder };
}

function newSchema(): string {
  return `tested_${uuid4().replaceAll('-', '')}`;
}

/** Deletes what every application has stored, which is much faster than to make a schema. */
function emptying(schema: string): string {
  return `
    DO $$
    DECLARE
      application text;
    BEGIN
      IF to_regclass('${schema}.eventsourcing_logs') IS NULL THEN
        RETURN;
      END IF;
      FOR application IN SELECT l.application FROM ${schema}.eventsourcing_logs AS l LOOP
        EXECUTE format('DELETE FROM ${schema}.%I', application || '_events');
        EXECUTE format('DELETE FROM ${schema}.%I', application || '_snapshots');
        EXECUTE format('DELETE FROM ${schema}.%I', application || '_keys');
        EXECUTE format('DELETE FROM ${schema}.%I', application || '_positions');
        EXECUTE format('DELETE FROM ${schema}.%I', application || '_parked');
        PERFORM setval(format('${schema}.%I', application || '_seq')::regclass, 0);
      END LOOP;
    END $$`;
}
