import { existsSync, readFileSync } from 'node:fs';
import { parseRecording, type Recording, recordingPath } from '../doctest/recording.ts';

/** What the fences of a page print, as last recorded. A page that was never recorded has an empty recording. */
export function readRecording(page: string): Recording {
  const path = recordingPath(page);
  return existsSync(path) ? parseRecording(readFileSync(path, 'utf8'), path) : {};
}
