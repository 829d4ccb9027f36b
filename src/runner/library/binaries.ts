import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { exclusively } from '../../support/exclusively.ts';
import { emptyDatabase } from './empty-database.ts';

const compress = promisify(gzip);

/**
 * Of the 30.6 MB that the binaries are, this makes 8.3 MB in 0.6 s of processor time. Level 9 takes four times as long to
 * save another 0.3 %; level 1 takes half as long and adds 10 %.
 */
const LEVEL = 6;

const CACHE = fileURLToPath(new URL('../../../.cache/runner/', import.meta.url));

/** The binary files of the databases: what readers know them as, what each is made from, and how. */
interface Source {
  readonly name: string;
  readonly what: string;
  readonly from: readonly string[];
  make(): Promise<Uint8Array>;
}

const SQLITE = '@sqlite.org/sqlite-wasm';
const PGLITE = '@electric-sql/pglite';

const SOURCES: readonly Source[] = [
  asItIs('sqlite3.wasm', SQLITE, 'SQLite'),
  asItIs('pglite.wasm', PGLITE, 'PostgreSQL'),
  asItIs('pglite.data', PGLITE, 'PostgreSQL'),
  {
    name: 'pglite.database',
    what: 'PostgreSQL',
    from: [
      beside(PGLITE, 'pglite.wasm'),
      beside(PGLITE, 'pglite.data'),
      fileURLToPath(new URL('./make-empty-database.ts', import.meta.url)),
    ],
    make: emptyDatabase,
  },
];

export interface PackedBinary {
  readonly name: string;
  /** Named after what it is made from, so that a browser may keep it for as long as it likes. */
  readonly file: string;
  readonly what: string;
  readonly bytes: Uint8Array;
}

/**
 * Packs the binaries. What has been packed before is taken from the cache, and what another process is packing now is
 * waited for: builds and tests begin side by side.
 */
export function packedBinaries(cache = CACHE): Promise<readonly PackedBinary[]> {
  return Promise.all(
    SOURCES.map(async ({ name, what, from, make }) => {
      const hash = createHash('sha256').update(`gzip ${LEVEL}`);
      for (const path of from) hash.update(await readFile(path));
      // No ending that servers or browsers have ideas about: it is unpacked by the page that asks for it.
      const file = `${name}-${hash.digest('hex').slice(0, 12)}.bin`;
      const bytes = await cached(join(cache, file), async () => compress(await make(), { level: LEVEL }));
      return { name, what, file: `lib/${file}`, bytes };
    }),
  );
}

function asItIs(name: string, packageName: string, what: string): Source {
  const path = beside(packageName, name);
  return { name, what, from: [path], make: () => readFile(path) };
}

function beside(packageName: string, name: string): string {
  return join(dirname(fileURLToPath(import.meta.resolve(packageName))), name);
}

/** The bytes of a file, which are made if there is none: once, however many processes ask for them at the same time. */
export async function cached(path: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  return (await contentOf(path)) ?? (await exclusively(`${path}.lock`, async () => (await contentOf(path)) ?? write()));

  async function write(): Promise<Uint8Array> {
    const bytes = await make();
    // Renamed when it's complete: the others read it without a lock, and a process may be killed while it writes.
    const unfinished = `${path}.${randomUUID()}`;
    await writeFile(unfinished, bytes);
    await rename(unfinished, path);
    return bytes;
  }
}

async function contentOf(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
