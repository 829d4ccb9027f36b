import { existsSync, readFileSync } from 'node:fs';

/** What a fence printed when the doc tests last recorded it. */
export interface Recorded {
  readonly status: 'done' | 'error';
  readonly text: string;
}

export type Recording = Readonly<Record<string, Recorded>>;

/** Reads `<page>.recorded.json` beside a page. A page that was never recorded has an empty recording. */
export function readRecording(page: string): Recording {
  const path = page.replace(/\.mdx?$/, '.recorded.json');
  if (!existsSync(path)) return {};
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!isRecording(parsed)) {
    throw new Error(
      `${path}: every entry must be { "status": "done" | "error", "text": string }. Record the page again.`,
    );
  }
  return parsed;
}

function isRecording(value: unknown): value is Recording {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every(
    (entry: unknown) =>
      typeof entry === 'object' &&
      entry !== null &&
      'text' in entry &&
      typeof entry.text === 'string' &&
      'status' in entry &&
      (entry.status === 'done' || entry.status === 'error'),
  );
}
