import type { CompiledModule, CompiledProgram, ProgramSource, Segment, SourceModule } from '../../compiler/program.ts';
import { isRecord, readCount, readList, readString } from '../check.ts';
import { MAX_CODE_CHARACTERS as MAX_CODE } from '../limits.ts';
import type { SandpackFile, ToRelay } from '../protocol.ts';

/** Readers for what clients ask of the relay. The relay is a page that any script of the site can talk to. */

const MAX_NAME = 500;
const MAX_MODULES = 100;
const MAX_SEGMENTS = 1_000;

/** Reads a client's message; undefined for what is not understood, such as messages for previews. */
export function readToRelay(value: unknown): ToRelay | undefined {
  if (!isRecord(value)) return undefined;
  switch (value.type) {
    case 'register-frame': {
      const id = readCount(value.id) ?? readString(value.id, MAX_NAME);
      return id === undefined ? undefined : { type: 'register-frame', id };
    }
    case 'compile': {
      const request = readRequest(value);
      return request && { type: 'compile', request };
    }
    case 'run-tests': {
      const path = readString(value.path, MAX_NAME);
      return path === undefined ? undefined : { type: 'run-tests', path };
    }
    case 'x-stop': {
      const run = readCount(value['x-run']);
      return run === undefined ? undefined : { type: 'x-stop', run };
    }
    case 'run-all-tests':
      return { type: value.type };
    default:
      return undefined;
  }
}

type Request = Extract<ToRelay, { type: 'compile' }>['request'];

/** A request that names its run is always answered, if only by the reason why it cannot be carried out. */
function readRequest(value: Readonly<Record<string, unknown>>): Request | undefined {
  const run = readCount(value['x-run']);
  if (run !== undefined) {
    const reason = tooMuch(value['x-program'] ?? value['x-source']);
    if (reason !== undefined) return { kind: 'refused', run, reason };
    const program = readProgram(value['x-program']);
    if (program) return { kind: 'program', run, program };
    const source = readSource(value['x-source']);
    if (source) return { kind: 'source', run, source };
    return { kind: 'refused', run, reason: 'The page asked for a run in a way that the runner does not understand.' };
  }
  if (!isRecord(value.modules)) return undefined;
  const modules = Object.entries(value.modules);
  const reason = tooMuch({ modules: modules.map(([name, module]) => ({ ...(isRecord(module) ? module : {}), name })) });
  if (reason !== undefined) return { kind: 'refused', run: 0, reason };
  const files = readList(modules, MAX_MODULES, readFile);
  return files && { kind: 'files', files, evaluate: value.skipEval !== true };
}

/** What of a program is more than the runner takes. Nothing is cut: half a program would fail for another reason. */
function tooMuch(program: unknown): string | undefined {
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

function readFile(entry: unknown): SandpackFile | undefined {
  if (!Array.isArray(entry)) return undefined;
  const [path, module] = entry;
  const name = readString(path, MAX_NAME);
  const code = isRecord(module) ? readString(module.code, MAX_CODE) : undefined;
  return name === undefined || code === undefined ? undefined : { path: name, code };
}

function readProgram(value: unknown): CompiledProgram | undefined {
  if (!isRecord(value)) return undefined;
  const target = readString(value.target, MAX_NAME);
  const modules = readList(value.modules, MAX_MODULES, readCompiledModule);
  return target === undefined || !modules ? undefined : { target, modules };
}

function readSource(value: unknown): ProgramSource | undefined {
  if (!isRecord(value)) return undefined;
  const target = readString(value.target, MAX_NAME);
  const modules = readList(value.modules, MAX_MODULES, readSourceModule);
  return target === undefined || !modules ? undefined : { target, modules };
}

export function readCompiledModule(value: unknown): CompiledModule | undefined {
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
