import type { Segment } from './program.ts';

/** A place in a fence: line and column from 1. */
export interface Place {
  readonly fence: string;
  readonly line: number;
  readonly column: number;
}

/** Turns a place in a module's source into one in a fence; nothing, if the line is none of the author's. */
export function placeOf(segments: readonly Segment[], line: number, column: number): Place | undefined {
  const segment = segments.find((each) => line >= each.line && line < each.line + each.count);
  return segment && { fence: segment.fence, line: line - segment.line + 1, column };
}

/** Like `placeOf`, but a line between fences counts as the end of the fence before it (or the start of the first). */
export function nearestPlace(segments: readonly Segment[], line: number, column: number): Place {
  const exact = placeOf(segments, line, column);
  if (exact) return exact;
  const before = segments.findLast((each) => each.line <= line);
  if (before) return { fence: before.fence, line: before.count, column: 1 };
  return { fence: segments[0]?.fence ?? '', line: 1, column: 1 };
}

/** Which segment a line of the module's source belongs to, or -1. */
export function segmentIndex(segments: readonly Segment[], line: number): number {
  return segments.findIndex((each) => line >= each.line && line < each.line + each.count);
}
