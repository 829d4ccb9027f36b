import { STORES } from '../extract/stores.ts';
import { packedBinaries } from '../runner/library/binaries.ts';

const BYTES_PER_MEGABYTE = 1_000_000;

/** What a reader should know before choosing PostgreSQL: how much the first run of it loads, compressed as it travels. */
export async function postgresNote(): Promise<string> {
  const binaries = (await packedBinaries()).filter(({ what }) => what === STORES.postgres);
  const bytes = binaries.reduce((sum, each) => sum + each.bytes.byteLength, 0);
  return `${STORES.postgres}: ${Math.round(bytes / BYTES_PER_MEGABYTE)} MB, loaded at its first run`;
}
