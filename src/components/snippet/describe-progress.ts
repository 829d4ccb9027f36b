import type { RunProgress } from '../../runner/runner.ts';

const BYTES_PER_MEGABYTE = 1_000_000;

/** What the line beside the buttons says while something goes on. */
export function describeProgress(progress: RunProgress): string {
  if (progress.stage === 'running') return 'Running…';
  if (progress.stage === 'starting') return `Starting ${progress.what}…`;
  const megabytes = (bytes: number) => (bytes / BYTES_PER_MEGABYTE).toFixed(1);
  return `Loading ${progress.what}… ${megabytes(progress.loaded)} of ${megabytes(progress.total)} MB`;
}
