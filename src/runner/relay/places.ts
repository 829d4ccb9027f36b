import type { CompiledProgram } from '../../compiler/program.ts';
import type { ErrorReport } from '../../probe/entry.ts';
import { place } from '../../probe/render.ts';
import type { RawFrame } from '../../probe/stack.ts';
import type { Trace } from './trace.ts';

/** Where the errors of one program stand. What a run says of that itself is not believed: its code can say anything. */
export interface Places {
  /** An error with its places in the program's fences, as far as they can be found. */
  locate(error: ErrorReport, raw: readonly RawFrame[]): Promise<ErrorReport>;
  /** The name of a fence, if the program has one of that name. */
  fenceOf(name: string | undefined): string | undefined;
}

export function createPlaces(program: CompiledProgram, load: (program: CompiledProgram) => Promise<Trace>): Places {
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
  return {
    async locate({ at: _, fence: named, ...error }, raw) {
      const frames = await trace(raw);
      const fence = fenceOf(named);
      return { ...error, frames, ...place(frames), ...(fence === undefined ? {} : { fence }) };
    },
    fenceOf,
  };
}
