import type { Sqlite3, Sqlite3Database, Sqlite3Pointer } from 'eventsourcing/sqlite-wasm';
import type { Keeping } from './runtime.ts';

/** What keeping needs of SQLite's WebAssembly build, besides what the library does. */
export interface ExportingSqlite3 extends Sqlite3 {
  readonly capi: Sqlite3['capi'] & {
    sqlite3_js_posix_create_file(path: string, bytes: ArrayBuffer): void;
    sqlite3_js_db_export(database: Sqlite3Pointer): Uint8Array<ArrayBuffer>;
    /** The hook is called before the transaction is done, and returns 0 to let it go on. */
    sqlite3_commit_hook(database: Sqlite3Pointer, hook: () => number, argument: number): unknown;
  };
}

/** Where the database of a name is. There are no folders here: the name as a whole is that of a file. */
export function pathOf(name: string): string {
  return `/${encodeURIComponent(name)}`;
}

function nameOf(path: string): string {
  return decodeURIComponent(path.slice(1));
}

/** SQLite with the databases in place that were kept, which tells of every transaction that is committed. */
export function keptSqlite(sqlite3: ExportingSqlite3, keeping: Keeping): Sqlite3 {
  const { oo1, capi, SQLite3Error } = sqlite3;
  for (const { name, bytes } of keeping.kept) capi.sqlite3_js_posix_create_file(pathOf(name), bytes);

  class WatchedDatabase extends oo1.DB {
    constructor(options: { filename: string; flags: string; vfs?: string }) {
      super(options);
      const { filename } = options;
      const read = () => {
        // It may have been closed since.
        if (this.pointer !== undefined) return capi.sqlite3_js_db_export(this.pointer);
        const reopened = new oo1.DB({ filename, flags: 'r' });
        try {
          return capi.sqlite3_js_db_export(pointerOf(reopened));
        } finally {
          reopened.close();
        }
      };
      capi.sqlite3_commit_hook(
        pointerOf(this),
        () => {
          keeping.committed(nameOf(filename), read);
          return 0;
        },
        0,
      );
    }
  }
  return { capi, SQLite3Error, oo1: { DB: WatchedDatabase } };
}

/** An open database has one. */
function pointerOf({ pointer }: Sqlite3Database): Sqlite3Pointer {
  if (pointer === undefined) throw new TypeError('The SQLite database is not open.');
  return pointer;
}
