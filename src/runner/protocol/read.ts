/** Reads what comes in at each boundary. What is not understood is undefined; nothing unchecked travels along. */
import type { RunStatus } from '../runner.ts';
import { isRecord, readCount } from './check.ts';
import type { Excess, FromFrame, FromRelay, FromWorker, KillReason, RunMessage, ToRelay } from './messages.ts';
import { readEntry, readError, readProgress, readRawFrames, readTest } from './read-events.ts';
import { readKept, readKeptEvent } from './read-kept.ts';
import { readProgram, readSource, tooMuch } from './read-programs.ts';

const ENDS: readonly RunStatus[] = ['done', 'stopped', 'error'];
const EXCESSES: readonly Excess[] = ['flood', 'reports', 'kept', 'own-messages'];
const REASONS: readonly KillReason[] = ['loop', ...EXCESSES, 'closed', 'crash', 'unprepared'];

/** What was asked for cannot be run, for a reason that is told in return. */
export interface Refused {
  readonly type: 'refused';
  readonly run: number;
  readonly reason: string;
}

/** From the page to the relay, which any script of the site can talk to. A request that names its run is always answered. */
export function readToRelay(value: unknown): ToRelay | Refused | undefined {
  if (!isRecord(value)) return undefined;
  const run = readCount(value.run);
  if (run === undefined) return undefined;
  if (value.type === 'stop') return { type: 'stop', run };
  if (value.type !== 'run') return undefined;
  const request = isRecord(value.request) ? value.request : {};
  const reason = tooMuch(request.program ?? request.source);
  if (reason !== undefined) return { type: 'refused', run, reason };
  const kept = readKept(request.kept);
  const program = readProgram(request.program);
  const source = readSource(request.source);
  if (kept || request.kept === undefined) {
    if (program) return { type: 'run', run, request: { program, kept } };
    if (source) return { type: 'run', run, request: { source, kept } };
  }
  return { type: 'refused', run, reason: 'The page asked for a run in a way that the runner does not understand.' };
}

export function readFromRelay(value: unknown): FromRelay | undefined {
  return isRecord(value) && value.type === 'ready' ? { type: 'ready' } : readOfRun(value);
}

export function readFromFrame(value: unknown): FromFrame | undefined {
  if (!isRecord(value)) return undefined;
  if (value.type === 'pong') return { type: 'pong' };
  if (value.type !== 'killed') return readOfRun(value);
  const run = readCount(value.run);
  const reason = REASONS.find((each) => each === value.reason);
  return run === undefined || reason === undefined ? undefined : { type: 'killed', run, reason };
}

export function readFromWorker(value: unknown): FromWorker | undefined {
  if (!isRecord(value)) return undefined;
  if (value.type === 'pong' || value.type === 'closed') return { type: value.type };
  if (value.type !== 'excess') return readRunMessage(value);
  const excess = EXCESSES.find((each) => each === value.excess);
  return excess && { type: 'excess', excess };
}

function readOfRun(value: unknown): Extract<FromRelay, { type: 'message' }> | undefined {
  if (!isRecord(value) || value.type !== 'message') return undefined;
  const run = readCount(value.run);
  const message = readRunMessage(value.message);
  return run === undefined || !message ? undefined : { type: 'message', run, message };
}

export function readRunMessage(value: unknown): RunMessage | undefined {
  if (!isRecord(value)) return undefined;
  const frames = value.frames === undefined ? undefined : readRawFrames(value.frames);
  switch (value.type) {
    case 'console': {
      const entry = readEntry(value.entry);
      return entry && { type: 'console', entry };
    }
    case 'error': {
      const error = readError(value.error);
      return error && { type: 'error', error, frames };
    }
    case 'test': {
      const result = readTest(value.result);
      return result && { type: 'test', result, frames };
    }
    case 'progress': {
      const progress = readProgress(value.progress);
      return progress && { type: 'progress', progress };
    }
    case 'kept':
      return readKeptEvent(value);
    case 'ended': {
      const status = ENDS.find((each) => each === value.status);
      return status && { type: 'ended', status };
    }
    default:
      return undefined;
  }
}
