import { PGlite } from '@electric-sql/pglite';

/**
 * The files of a PostgreSQL database with nothing in it, as a tar archive. Making them takes most of the time that
 * PGlite needs to start, and so it is done once, here. Left out is what a program never sees: the databases that others
 * would be copied from, and most of the write-ahead log.
 */
export async function emptyDatabase(): Promise<Uint8Array> {
  const database = await PGlite.create({ initDbStartParams: ['--wal-segsize=1'] });
  try {
    await database.exec(`UPDATE pg_database SET datistemplate = false WHERE datname LIKE 'template%'`);
    for (const statement of ['DROP DATABASE template0', 'DROP DATABASE template1', 'VACUUM FULL', 'CHECKPOINT']) {
      await database.exec(statement);
    }
    const files = await database.dumpDataDir('none');
    return new Uint8Array(await files.arrayBuffer());
  } finally {
    await database.close();
  }
}
