import { existsSync, readFileSync } from 'node:fs';
import type { Page } from '../extract/page.ts';
import type { Failure, FenceResult } from './failure.ts';
import { isAlike } from './normalise.ts';

/** What a fence printed when it was last recorded. */
export interface Recorded {
  readonly status: 'done' | 'error';
  /** As it was printed, with the ids and times of that run. */
  readonly text: string;
}

/** By the ids of the fences. */
export type Recording = Readonly<Record<string, Recorded>>;

const UPDATE = 'Run `npm run doctest -- --update` and look at what changed.';

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
      if (typeof entry !== 'object' || entry === null || !('text' in entry && 'status' in entry)) throw malformed(path);
      const { text: printed, status } = entry;
      if (typeof printed !== 'string' || (status !== 'done' && status !== 'error')) throw malformed(path);
      return [fence, { status, text: printed }];
    }),
  );
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

/** Whether two entries differ at most in what differs from run to run. */
export function isSame(one: Recorded, other: Recorded): boolean {
  return one.status === other.status && isAlike(one.text, other.text);
}

/** Holds what the fences print to what was recorded. Fences that failed anyway are left out. */
export function compareRecording(recording: Recording, { fences }: Page, results: readonly FenceResult[]): Failure[] {
  const lineOf = (id: string) => fences.find((fence) => fence.id === id)?.line ?? 1;
  const failures = results.flatMap(({ fence, status, text, failures: own }): Failure[] => {
    if ((status !== 'done' && status !== 'error') || own.length > 0) return [];
    const line = lineOf(fence);
    const recorded = recording[fence];
    if (!recorded)
      return [{ kind: 'recording', line, message: `This snippet is not in the page's recording. ${UPDATE}` }];
    if (isSame(recorded, { status, text })) return [];
    const message = `This snippet prints something else than its recording says. ${UPDATE}`;
    return [{ kind: 'recording', line, message, expected: recorded.text, found: text }];
  });
  const ran = new Set(results.map(({ fence }) => fence));
  const left = Object.keys(recording).filter((fence) => !ran.has(fence));
  if (left.length === 0) return failures;
  const message = `The page's recording holds snippets that the page does not run: ${left.join(', ')}. ${UPDATE}`;
  return [...failures, { kind: 'recording', line: 1, message }];
}
