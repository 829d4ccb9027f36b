import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { StoreName } from '../extract/page.ts';
import type { Failure, FenceResult } from './failure.ts';

/**
 * What a page's process notes of itself, one line for each entry, as it happens: it cannot report anything any more when
 * a snippet holds it in a loop, or has ended it.
 */
export type JournalEntry =
  | { readonly kind: 'page'; readonly process: number }
  | { readonly kind: 'fence'; readonly fence: string; readonly store?: StoreName }
  | { readonly kind: 'result'; readonly result: FenceResult }
  /** All fences are done; with what went wrong outside of them. */
  | { readonly kind: 'end'; readonly failures: readonly Failure[] };

/** An entry as it stands in the file. */
export type Journal = readonly (JournalEntry & {
  /** When it was written, and when the next one is due, in ms of the system's clock; nothing is due after the last. */
  readonly at: number;
  readonly due?: number;
})[];

/** @param limit how long it may take until the next entry, in ms */
export function writeJournal(file: string, entry: JournalEntry, limit?: number): void {
  const at = Date.now();
  appendFileSync(file, `${JSON.stringify({ ...entry, at, due: limit === undefined ? undefined : at + limit })}\n`);
}

/** The entries so far; a line that is still being written is left out. */
export function readJournal(file: string): Journal {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  // The boundary: what the page's process has written with the function above.
  return lines.map((line) => JSON.parse(line));
}
