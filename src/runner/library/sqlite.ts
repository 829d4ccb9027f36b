/**
 * `eventsourcing/sqlite` in the browser: the library's recorder on SQLite's own WebAssembly build. A file is in the
 * memory of the Worker: all stores of a run see the same one, also after it has been closed, and it goes with the run,
 * unless the run keeps what it stores.
 */

import runtime from 'workbook:runtime';
import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import { type SqliteOptions, type SqliteStore, sqliteFrom, sqliteWasm } from 'eventsourcing/sqlite-wasm';
import { compiled } from './compiled.ts';
import { type ExportingSqlite3, keptSqlite, pathOf } from './kept-sqlite.ts';

export { sqliteStore } from 'eventsourcing/sqlite-wasm';

const MEMORY = ':memory:';

const { keeping } = runtime;
const sqlite3 = await runtime.starting('SQLite', () => load(compiled('sqlite3.wasm')));
const files = keeping ? keptSqlite(sqlite3, keeping) : sqlite3;

export function sqlite(file: string, options: SqliteOptions = {}): SqliteStore {
  if (file === '' || file === MEMORY) return sqliteWasm(sqlite3, file, { ...options, name: file });
  return sqliteWasm(files, pathOf(file), { ...options, name: file });
}

export const sqliteFromEnv = sqliteFrom(sqlite);

async function load(module: WebAssembly.Module): Promise<ExportingSqlite3> {
  const instantiateWasm = (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
    void WebAssembly.instantiate(module, imports).then(done);
    return {};
  };
  // The package's types know nothing of the options that the loader of every such module takes.
  const init: (options: object) => Promise<ExportingSqlite3> = sqlite3InitModule;
  return await init({ instantiateWasm, print: () => undefined, printErr: () => undefined });
}
