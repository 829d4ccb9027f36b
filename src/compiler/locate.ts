import { LEAST_UPPER_BOUND, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { type Place, placeOf } from './place.ts';
import type { CompiledModule } from './program.ts';

/**
 * Finds the author's line behind a place in compiled code.
 *
 * @param line from 1, as in an error's stack
 * @param column from 1, as in an error's stack
 * @returns nothing for code that stems from no fence (helpers, the probe's calls)
 */
export function locate(module: CompiledModule, line: number, column: number): Place | undefined {
  return createLocator(module)(line, column);
}

/** `locate` for many places of one module: its map is read once. */
export function createLocator(module: CompiledModule): (line: number, column: number) => Place | undefined {
  const map = new TraceMap(module.map);
  return (line, column) => {
    const needle = { line, column: column - 1 };
    const exact = originalPositionFor(map, needle);
    const found = exact.line === null ? originalPositionFor(map, { ...needle, bias: LEAST_UPPER_BOUND }) : exact;
    return found.line === null ? undefined : placeOf(module.segments, found.line, found.column + 1);
  };
}
