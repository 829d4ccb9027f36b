/**
 * `eventsourcing/sqlite` in the browser: the library's recorder on SQLite's own WebAssembly build. A file is in the
 * memory of the Worker: all stores of a run see the same one, also after it has been closed, and it goes with the run.
 */

import runtime from 'workbook:runtime';
import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import { type Sqlite3, type SqliteOptions, type SqliteStore, sqliteFrom, sqliteWasm } from 'eventsourcing/sqlite-wasm';
import { compiled } from './compiled.ts';

export { sqliteStore } from 'eventsourcing/sqlite-wasm';

const MEMORY = ':memory:';

const sqlite3: Sqlite3 = await runtime.starting('SQLite', () => load(compiled('sqlite3.wasm')));

export function sqlite(file: string, options: SqliteOptions = {}): SqliteStore {
  // There are no folders here: the path as a whole is the name of a file.
  const path = file === '' || file === MEMORY ? file : `/${encodeURIComponent(file)}`;
  return sqliteWasm(sqlite3, path, { ...options, name: file });
}

export const sqliteFromEnv = sqliteFrom(sqlite);

async function load(module: WebAssembly.Module): Promise<Sqlite3> {
  const instantiateWasm = (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
    void WebAssembly.instantiate(module, imports).then(done);
    return {};
  };
  // The package's types know nothing of the options that the loader of every such module takes.
  const init: (options: object) => Promise<Sqlite3> = sqlite3InitModule;
  return await init({ instantiateWasm, print: () => undefined, printErr: () => undefined });
}
