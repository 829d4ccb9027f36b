/**
 * `eventsourcing/postgres` in the browser: the library's recorder on PGlite, which is PostgreSQL in WebAssembly. Each
 * database that a URL names is a server of its own in the memory of the Worker, and goes with the run.
 */

import runtime from 'workbook:runtime';
import { PGlite } from '@electric-sql/pglite';
import { ArgumentError } from 'eventsourcing';
import {
  type PgliteDatabase,
  type PostgresStore,
  type PostgresStoreOptions,
  pglite,
  postgresFrom,
} from 'eventsourcing/pglite';
import { compiled } from './compiled.ts';

export { postgresStore } from 'eventsourcing/pglite';

/** The options of the library's own function; there are no connections here that they could change. */
interface PostgresOptions extends PostgresStoreOptions {
  readonly poolSize?: number | undefined;
  readonly connectTimeout?: number | undefined;
  readonly queueTimeout?: number | undefined;
  readonly lockTimeout?: number | undefined;
  readonly statementTimeout?: number | undefined;
  readonly closeTimeout?: number | undefined;
}

/** The shortest module. What it stands for makes new databases; PGlite would fetch it, although it never runs here. */
const NOT_NEEDED = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));

const databases = new Map<string, Promise<PGlite>>();
// The first one is started before the program, so that its first query does not have to wait for it.
let spare: PGlite | undefined = await start();

export function postgres(url: string, options: PostgresOptions = {}): PostgresStore {
  const parsed = /^postgres(ql)?:\/\//.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) {
    throw new ArgumentError('A store on PostgreSQL needs a URL like postgres://user:password@host:5432/database.');
  }
  const name = `${parsed.host}${parsed.pathname}`;
  return pglite(databaseOf(name), { ...options, name: `The PostgreSQL database ${name}` });
}

export const postgresFromEnv = postgresFrom(postgres);

function databaseOf(name: string): PgliteDatabase {
  const opened = (): Promise<PGlite> => {
    const known = databases.get(name);
    if (known) return known;
    const database = spare ? Promise.resolve(spare) : start();
    spare = undefined;
    databases.set(name, database);
    return database;
  };
  return {
    query: async (text, values, options) => await (await opened()).query(text, values, options),
    transaction: async (work) => await (await opened()).transaction(work),
  };
}

function start(): Promise<PGlite> {
  return runtime.starting('PostgreSQL', () =>
    PGlite.create({
      pgliteWasmModule: compiled('pglite.wasm'),
      fsBundle: file('pglite.data'),
      // With the files of a database that has just been made, it has none to make.
      loadDataDir: file('pglite.database'),
      initdbWasmModule: NOT_NEEDED,
    }),
  );
}

function file(name: string): Blob {
  const bytes = runtime.binary(name);
  if (bytes instanceof ArrayBuffer) return new Blob([bytes]);
  throw new TypeError(`${name} is no data.`);
}
