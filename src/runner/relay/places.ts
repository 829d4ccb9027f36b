import type { CompiledProgram } from '../../compiler/program.ts';
import type { ErrorReport } from '../../probe/entry.ts';
import { place } from '../../probe/render.ts';
import type { RawFrame } from '../../probe/stack.ts';
import type { RunMessage } from '../protocol/messages.ts';
import type { Trace } from './trace.ts';

/**
 * Gives what a run of a program says its places in the program's fences, as far as they can be found. What a run says of
 * that itself is not believed: its code can say anything.
 */
export function createPlacing(program: CompiledProgram, load: (program: CompiledProgram) => Promise<Trace>) {
  const fences = new Set(program.modules.flatMap(({ segments }) => segments.map(({ fence }) => fence)));
  fences.add(program.target);
  let loading: Promise<Trace> | undefined;

  const fenceOf = (name: string | undefined) => (name !== undefined && fences.has(name) ? name : undefined);
  const trace = async (raw: readonly RawFrame[]): Promise<ErrorReport['frames']> => {
    if (raw.length === 0) return [];
    try {
      loading ??= load(program);
      return (await loading)(raw);
    } catch {
      return []; // without a connection: an error without its place is better than none
    }
  };
  const locate = async ({ at: _, fence: named, ...error }: ErrorReport, raw: readonly RawFrame[] = []) => {
    const frames = await trace(raw);
    return { ...error, frames, at: place(frames), fence: fenceOf(named) };
  };
  return async (message: RunMessage): Promise<RunMessage> => {
    switch (message.type) {
      case 'console':
        return { type: 'console', entry: { ...message.entry, fence: fenceOf(message.entry.fence) ?? '' } };
      case 'error':
        return { type: 'error', error: await locate(message.error, message.frames) };
      case 'test': {
        const { error, ...result } = message.result;
        const located = error && (await locate(error, message.frames));
        return { type: 'test', result: { ...result, fence: fenceOf(result.fence) ?? program.target, error: located } };
      }
      default:
        return message;
    }
  };
}
