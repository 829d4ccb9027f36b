import type { ErrorReport } from './entry.ts';
import { formatValue } from './format.ts';
import { place } from './render.ts';
import { type RawFrame, readStack } from './stack.ts';

export { place, renderError } from './render.ts';

export type ErrorFrame = ErrorReport['frames'][number];

/** Turns places in compiled code into places in fences, and leaves out those that are not the reader's. */
export type Locate = (frames: readonly RawFrame[]) => readonly ErrorFrame[];

/** Reduces anything that can be thrown to data. Without `locate` the report knows no place. */
export function reportError(error: unknown, locate?: Locate): ErrorReport {
  const frames = locate?.(readStack(error)) ?? [];
  if (!isError(error)) {
    return { name: 'Uncaught', message: formatValue(error), frames, at: place(frames), hint: THROW_ERRORS };
  }
  return {
    name: text(error, 'name') || 'Error',
    message: text(error, 'message') ?? '',
    code: text(error, 'code'),
    frames,
    at: place(frames),
    ...sides(error),
    hint: hintFor(error),
  };
}

/** Both sides of a failed assertion, of whatever library: they are properties by convention. */
function sides(error: Error): Pick<ErrorReport, 'actual' | 'expected'> {
  try {
    if (!('actual' in error && 'expected' in error)) return {};
    const { actual, expected } = error;
    if (actual === undefined && expected === undefined) return {};
    return { actual: formatValue(actual), expected: formatValue(expected) };
  } catch {
    return {}; // a getter of the reader's own that throws: the error itself is what matters
  }
}

const THROW_ERRORS = 'Something other than an Error was thrown: `throw new Error(…)` says where it came from.';

function hintFor(error: Error): string | undefined {
  if (error instanceof ReferenceError) {
    return 'Check the spelling of the name, and that it is imported or declared above. Code here has no page, storage or network around it.';
  }
  return undefined;
}

function isError(error: unknown): error is Error {
  try {
    return error instanceof Error;
  } catch {
    return false; // a proxy whose traps throw
  }
}

function text(error: Error, key: 'name' | 'message' | 'code'): string | undefined {
  try {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined; // a getter of the reader's own that throws
  }
}
