import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** What PostgreSQL in the browser consists of, by far the most of it. */
const FILES = ['pglite.wasm', 'pglite.data'];

/** What a reader should know before choosing PostgreSQL: how much the first run of it loads, compressed as it travels. */
export function postgresNote(): string {
  const bytes = FILES.map((name) => {
    const path = fileURLToPath(new URL(`../../node_modules/@electric-sql/pglite/dist/${name}`, import.meta.url));
    return gzipSync(readFileSync(path)).byteLength;
  });
  const megabytes = Math.round(bytes.reduce((sum, each) => sum + each, 0) / 1_000_000);
  return `PostgreSQL: ${megabytes} MB, loaded at its first run`;
}
