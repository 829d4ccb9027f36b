import type { ConsoleEntry, ErrorReport, TestResult } from '../../probe/entry.ts';
import type { RawFrame } from '../../probe/stack.ts';
import { MAX_ENTRY_CHARACTERS, MAX_MESSAGE_CHARACTERS as MAX_MESSAGE } from '../limits.ts';
import type { RunProgress } from '../runner.ts';
import { isRecord, readCount, readList, readPosition, readString, readText } from './check.ts';

/** Readers for what comes out of a run. The reader's code can post anything, so all of it is checked and capped. */

const MAX_NAME = 200;
const MAX_FRAMES = 50;
const MAX_BLOCKS = 20;
const KINDS: readonly ConsoleEntry['kind'][] = ['log', 'info', 'debug', 'warn', 'error', 'show', 'notice'];
const STATUSES: readonly TestResult['status'][] = ['pass', 'fail', 'skip'];

type Frame = ErrorReport['frames'][number];

export function readEntry(value: unknown): ConsoleEntry | undefined {
  if (!isRecord(value)) return undefined;
  const fence = readString(value.fence, MAX_NAME);
  const kind = KINDS.find((each) => each === value.kind);
  const text = readText(value.text, MAX_ENTRY_CHARACTERS);
  if (fence === undefined || kind === undefined || text === undefined) return undefined;
  return {
    fence,
    kind,
    text,
    full: readText(value.full, MAX_ENTRY_CHARACTERS),
    line: readPosition(value.line),
  };
}

export function readError(value: unknown): ErrorReport | undefined {
  if (!isRecord(value)) return undefined;
  const name = readText(value.name, MAX_NAME);
  const message = readText(value.message, MAX_MESSAGE);
  const frames = readList(value.frames, MAX_FRAMES, readFrame);
  if (name === undefined || message === undefined || frames === undefined) return undefined;
  return {
    name,
    message,
    frames,
    code: readText(value.code, MAX_NAME),
    at: readPlace(value.at),
    actual: readText(value.actual, MAX_MESSAGE),
    expected: readText(value.expected, MAX_MESSAGE),
    fence: readString(value.fence, MAX_NAME),
    hint: readText(value.hint, MAX_MESSAGE),
  };
}

export function readTest(value: unknown): TestResult | undefined {
  if (!isRecord(value)) return undefined;
  const fence = readString(value.fence, MAX_NAME);
  const name = readText(value.name, MAX_MESSAGE);
  const blocks = readList(value.blocks, MAX_BLOCKS, (item) => readText(item, MAX_MESSAGE));
  const status = STATUSES.find((each) => each === value.status);
  if (fence === undefined || name === undefined || blocks === undefined || status === undefined) return undefined;
  return { fence, name, blocks, status, error: readError(value.error) };
}

export function readProgress(value: unknown): RunProgress | undefined {
  if (!isRecord(value)) return undefined;
  if (value.stage === 'running') return { stage: 'running' };
  const what = readString(value.what, MAX_NAME);
  if (what === undefined) return undefined;
  if (value.stage === 'starting') return { stage: 'starting', what };
  const loaded = readCount(value.loaded);
  const total = readCount(value.total);
  if (value.stage !== 'loading' || loaded === undefined || total === undefined) return undefined;
  return { stage: 'loading', what, loaded, total };
}

/** Places in compiled modules, innermost first. */
export function readRawFrames(value: unknown): readonly RawFrame[] {
  const read = (item: unknown): RawFrame | undefined => {
    if (!isRecord(item)) return undefined;
    const url = readString(item.url, MAX_NAME);
    const line = readPosition(item.line);
    const column = readCount(item.column);
    if (url === undefined || line === undefined || column === undefined) return undefined;
    return { url, line, column, name: readText(item.name, MAX_NAME) };
  };
  return readList(value, MAX_FRAMES, read) ?? [];
}

function readFrame(value: unknown): Frame | undefined {
  const at = readPlace(value);
  if (!at || at.column === undefined || !isRecord(value)) return undefined;
  return { fence: at.fence, line: at.line, column: at.column, name: readText(value.name, MAX_NAME) };
}

function readPlace(value: unknown): ErrorReport['at'] {
  if (!isRecord(value)) return undefined;
  const fence = readString(value.fence, MAX_NAME);
  const line = readPosition(value.line);
  if (fence === undefined || line === undefined) return undefined;
  return { fence, line, column: readPosition(value.column) };
}
