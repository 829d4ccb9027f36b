/** One place of an error's stack as the engine writes it; line and column count from 1. */
export interface RawFrame {
  readonly url: string;
  readonly line: number;
  readonly column: number;
  readonly name?: string;
}

/** `    at async name (url:1:2)` and `    at url:1:2`, as V8 writes it. */
const V8 = /^\s*at (?:async )?(?:(.+?) \()?(\S+?):(\d+):(\d+)\)?$/;
/** `name@url:1:2`, as SpiderMonkey and JavaScriptCore write it. */
const GECKO = /^(?:async\*)?(.*?)@(\S+?):(\d+):(\d+)$/;
/** Deep recursion fills stacks with thousands of lines; the innermost say all there is to say. */
const MAX_FRAMES = 50;

/** No place in code is named by a line as long as this; to look for one in it could take for ever. */
const MAX_LINE = 2_000;

/** Reads the frames of an error's stack, innermost first; an empty list when it has none. */
export function readStack(error: unknown): readonly RawFrame[] {
  const frames: RawFrame[] = [];
  for (const line of stackOf(error).split('\n')) {
    if (line.length > MAX_LINE) continue;
    const match = V8.exec(line) ?? GECKO.exec(line);
    const url = match?.[2];
    if (!match || url === undefined) continue;
    const name = match[1]?.trim();
    frames.push({ url, line: Number(match[3]), column: Number(match[4]), ...(name ? { name } : {}) });
    if (frames.length === MAX_FRAMES) break;
  }
  return frames;
}

function stackOf(error: unknown): string {
  try {
    return error instanceof Error && typeof error.stack === 'string' ? error.stack : '';
  } catch {
    return ''; // a getter of the reader's own that throws
  }
}
