import { existsSync, readFileSync } from 'node:fs';

/** What a run of a fence printed. */
export interface Printed {
  readonly status: 'done' | 'error';
  /** As it was printed, with the ids and times of that run. */
  readonly text: string;
}

/** What a fence printed when it was last recorded. */
export interface Recorded extends Printed {
  /** What it printed when it was run again with the rows of the first run, if it keeps them. */
  readonly again?: Printed;
}

/** By the ids of the fences. */
export type Recording = Readonly<Record<string, Recorded>>;

export const UPDATE = 'Run `npm run doctest -- --update` and look at what changed.';

/** The file beside a page that holds what its fences print. */
export function recordingPath(page: string): string {
  return `${page.replace(/\.(?:md|mdx|markdown)$/, '')}.recorded.json`;
}

/**
 * The recording of a page; undefined if it was never recorded.
 *
 * @throws if the file is not a recording
 */
export function readRecording(page: string): Recording | undefined {
  const path = recordingPath(page);
  return existsSync(path) ? parseRecording(readFileSync(path, 'utf8'), path) : undefined;
}

/** @throws if the text is not a recording */
export function parseRecording(text: string, path: string): Recording {
  const parsed = parse(text, path);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw malformed(path);
  return Object.fromEntries(
    Object.entries(parsed).map(([fence, entry]: [string, unknown]) => {
      const printed = readPrinted(entry, path);
      const again = typeof entry === 'object' && entry !== null && 'again' in entry ? entry.again : undefined;
      return [fence, again === undefined ? printed : { ...printed, again: readPrinted(again, path) }];
    }),
  );
}

function readPrinted(entry: unknown, path: string): Printed {
  if (typeof entry !== 'object' || entry === null || !('text' in entry && 'status' in entry)) throw malformed(path);
  const { text, status } = entry;
  if (typeof text !== 'string' || (status !== 'done' && status !== 'error')) throw malformed(path);
  return { status, text };
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(path);
  }
}

function malformed(path: string): Error {
  return new Error(`${path} is not a recording: each entry is { "status": "done" | "error", "text": "…" }. ${UPDATE}`);
}
