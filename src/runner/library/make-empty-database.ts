/**
 * Writes the files of an empty database to the standard output. Two builds of the site are to have the same bytes, and
 * PostgreSQL puts times and random numbers into its files: so this process has a clock that stands, and its random
 * numbers are none. They are no secrets: the database lives in a reader's page, and nobody can log in to it.
 */
import nodeCrypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

const START = Date.UTC(2026, 0, 1);

globalThis.Date = new Proxy(Date, {
  construct: (real, given) => Reflect.construct(real, given.length === 0 ? [START] : given),
  get: (real, name) => (name === 'now' ? () => START : Reflect.get(real, name)),
});
performance.now = () => 0;
Math.random = () => 0;
const fill = (view: NodeJS.ArrayBufferView) => {
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength).fill(1);
  return view;
};
Object.assign(globalThis.crypto, { getRandomValues: fill });
Object.assign(nodeCrypto, { randomFillSync: fill });
syncBuiltinESMExports();

// Only now, since it takes hold of the clock as it is loaded.
const { PGlite } = await import('@electric-sql/pglite');
const database = await PGlite.create({ initDbStartParams: ['--wal-segsize=1'] });
await database.exec(`UPDATE pg_database SET datistemplate = false WHERE datname LIKE 'template%'`);
// A program sees neither the databases that others would be copied from, nor most of the write-ahead log.
for (const statement of ['DROP DATABASE template0', 'DROP DATABASE template1', 'VACUUM FULL', 'CHECKPOINT']) {
  await database.exec(statement);
}
const files = await database.dumpDataDir('none');
const bytes = new Uint8Array(await files.arrayBuffer());
await database.close();
process.stdout.write(bytes);
