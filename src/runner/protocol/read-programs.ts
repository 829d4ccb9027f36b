import type { CompiledModule, Segment, SourceModule } from '../../compiler/program.ts';
import { MAX_CODE_CHARACTERS as MAX_CODE } from '../limits.ts';
import { isRecord, readCount, readList, readString } from './check.ts';

/** Readers for the programs that clients ask the relay to run. */

export const MAX_NAME = 500;
export const MAX_MODULES = 100;
const MAX_SEGMENTS = 1_000;

/** What of a program is more than the runner takes. Nothing is cut: half a program would fail for another reason. */
export function tooMuch(program: unknown): string | undefined {
  if (!isRecord(program) || !Array.isArray(program.modules)) return undefined;
  if (program.modules.length > MAX_MODULES) return `The program has more than ${MAX_MODULES} files.`;
  for (const module of program.modules) {
    if (!isRecord(module)) continue;
    const longest = Math.max(...[module.source, module.code, module.map].map(lengthOf));
    if (longest > MAX_CODE) {
      const name = readString(module.name, MAX_NAME)?.slice(1) ?? 'a file';
      const [has, most] = [longest, MAX_CODE].map((number) => number.toLocaleString('en'));
      return `The program is too long to run here: ${name} has ${has} characters, and ${most} is the most.`;
    }
    if (lengthOf(module.imports) > MAX_MODULES) return `A file of the program has more than ${MAX_MODULES} imports.`;
    if (lengthOf(module.segments) > MAX_SEGMENTS)
      return `A file of the program has more than ${MAX_SEGMENTS} snippets.`;
  }
  return undefined;
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : 0;
}

function readCompiledModule(value: unknown): CompiledModule | undefined {
  if (!isRecord(value)) return undefined;
  const name = readString(value.name, MAX_NAME);
  const code = readString(value.code, MAX_CODE);
  const map = readString(value.map, MAX_CODE);
  const imports = readList(value.imports, MAX_MODULES, (item) => readString(item, MAX_NAME));
  const segments = readList(value.segments, MAX_SEGMENTS, readSegment);
  if (name === undefined || code === undefined || map === undefined || !imports || !segments) return undefined;
  return { name, code, map, imports, segments };
}

function readSourceModule(value: unknown): SourceModule | undefined {
  if (!isRecord(value)) return undefined;
  const name = readString(value.name, MAX_NAME);
  const source = readString(value.source, MAX_CODE);
  const segments = readList(value.segments, MAX_SEGMENTS, readSegment);
  return name === undefined || source === undefined || !segments ? undefined : { name, source, segments };
}

function readSegment(value: unknown): Segment | undefined {
  if (!isRecord(value)) return undefined;
  const fence = readString(value.fence, MAX_NAME);
  const line = readCount(value.line);
  const count = readCount(value.count);
  return fence === undefined || line === undefined || count === undefined ? undefined : { fence, line, count };
}

function programReader<M>(readModule: (value: unknown) => M | undefined) {
  return (value: unknown): { readonly target: string; readonly modules: readonly M[] } | undefined => {
    if (!isRecord(value)) return undefined;
    const target = readString(value.target, MAX_NAME);
    const modules = readList(value.modules, MAX_MODULES, readModule);
    return target === undefined || !modules ? undefined : { target, modules };
  };
}

export const readProgram = programReader(readCompiledModule);
export const readSource = programReader(readSourceModule);
