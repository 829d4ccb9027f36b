import type { Page } from '../extract/page.ts';
import { type Printed, type Recorded, type Recording, UPDATE } from '../extract/recording.ts';
import type { Failure, FenceResult } from './failure.ts';
import { isAlike } from './normalise.ts';

/** Whether two entries differ at most in what differs from run to run. */
export function isSame(one: Recorded, other: Recorded): boolean {
  return isPrintedAlike(one, other) && isPrintedAlike(one.again, other.again);
}

function isPrintedAlike(one: Printed | undefined, other: Printed | undefined): boolean {
  if (!one || !other) return one === other;
  return one.status === other.status && isAlike(one.text, other.text);
}

/** Holds what the fences print to what was recorded. Fences that failed anyway are left out. */
export function compareRecording(recording: Recording, { fences }: Page, results: readonly FenceResult[]): Failure[] {
  const lineOf = (id: string) => fences.find((fence) => fence.id === id)?.line ?? 1;
  const failures = results.flatMap(({ fence, status, text, again, failures: own }): Failure[] => {
    if ((status !== 'done' && status !== 'error') || own.length > 0) return [];
    const line = lineOf(fence);
    const recorded = recording[fence];
    if (!recorded)
      return [{ kind: 'recording', line, message: `This snippet is not in the page's recording. ${UPDATE}` }];
    if (isSame(recorded, { status, text, again })) return [];
    if (isPrintedAlike(recorded, { status, text })) {
      const message = `When it is run again, this snippet prints something else than its recording says. ${UPDATE}`;
      return [{ kind: 'recording', line, message, expected: recorded.again?.text, found: again?.text }];
    }
    const message = `This snippet prints something else than its recording says. ${UPDATE}`;
    return [{ kind: 'recording', line, message, expected: recorded.text, found: text }];
  });
  const ran = new Set(results.map(({ fence }) => fence));
  const left = Object.keys(recording).filter((fence) => !ran.has(fence));
  if (left.length === 0) return failures;
  const message = `The page's recording holds snippets that the page does not run: ${left.join(', ')}. ${UPDATE}`;
  return [...failures, { kind: 'recording', line: 1, message }];
}
