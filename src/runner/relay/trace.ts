/** Turns places in compiled modules into places in fences. Loaded when the first error needs it. */
import { createLocator } from '../../compiler/locate.ts';
import type { CompiledProgram } from '../../compiler/program.ts';
import type { ErrorReport } from '../../probe/entry.ts';
import type { RawFrame } from '../../probe/stack.ts';

export type Trace = (frames: readonly RawFrame[]) => ErrorReport['frames'];

/** For all errors of one program: the map of each module is read once, and only if an error needs it. */
export function createTrace(program: CompiledProgram): Trace {
  const locators = new Map<string, ReturnType<typeof createLocator>>();
  return (frames) =>
    frames.flatMap(({ url, line, column, name }) => {
      const module = program.modules.find((each) => each.name === url);
      if (!module) return [];
      const locate = locators.get(url) ?? createLocator(module);
      locators.set(url, locate);
      const place = locate(line, Math.max(1, column));
      return place ? [{ ...place, name }] : [];
    });
}
