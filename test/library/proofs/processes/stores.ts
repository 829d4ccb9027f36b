import type { Recorder, Store } from '../../../../code/src/index.ts';
import { postgres } from '../../../../code/src/postgres/index.ts';
import { sqlite } from '../../../../code/src/sqlite/index.ts';

/** Where a process finds the log that it is to use. */
export interface Place {
  readonly kind: 'sqlite' | 'postgres';
  /** The path of a file, or the URL of a database. */
  readonly at: string;
  /** On PostgreSQL, the schema. */
  readonly schema: string;
}

export function openStore({ kind, at, schema }: Place): Store & { close(): Promise<void> } {
  return kind === 'sqlite' ? sqlite(at, { busyTimeout: 60_000 }) : postgres(at, { schema, poolSize: 2 });
}

/** Opens the log of the application that all processes of a proof share. */
export function openLog(place: Place): { readonly recorder: Recorder; close(): Promise<void> } {
  const store = openStore(place);
  return { recorder: store.recorder('Saved'), close: () => store.close() };
}

/** What a process is told on its command line: a place, and what is to be done there. */
export function task(): { readonly place: Place; readonly name: string; readonly count: number } {
  const [kind, at = '', schema = '', name = '', count = '0'] = process.argv.slice(2);
  if (kind !== 'sqlite' && kind !== 'postgres') throw new TypeError(`There is no store ${kind}.`);
  return { place: { kind, at, schema }, name, count: Number(count) };
}
