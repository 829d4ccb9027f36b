/** A stock client's files, as programs and as what its errors are shown with. */
import type { ProgramSource, SourceModule } from '../../compiler/program.ts';
import type { ErrorReport } from '../../probe/entry.ts';
import { cutText, isRecord } from '../protocol/check.ts';
import type { SandpackFile, SandpackFrame } from './messages.ts';

/** The files that Sandpack takes for tests. */
export const TEST_FILE = /\.(test|spec)\.[jt]sx?$/;
const CODE_FILE = /\.[jt]s$/;
const DEFAULT_ENTRY = '/index.ts';
/** How many lines an error is shown with, before and after its own. */
const CONTEXT_LINES = 3;
/** How many places of an error are shown with their lines, and how much of each line. */
const MAX_FRAMES = 10;
const MAX_LINE = 500;

/**
 * Makes a program of a client's files: those that are code, the entry last. The entry is the one given, or the `main` of
 * `/package.json`. Each file is its own fence, named by its path.
 */
export function sandpackSource(files: readonly SandpackFile[], entry = mainOf(files)): ProgramSource {
  const modules = files.filter(({ path }) => CODE_FILE.test(path)).map(toModule);
  const main = modules.find(({ name }) => name === entry) ?? { name: entry, source: '', segments: [] };
  return { target: entry, modules: [...modules.filter((module) => module !== main), main] };
}

function toModule({ path, code }: SandpackFile): SourceModule {
  return { name: path, source: code, segments: [{ fence: path, line: 1, count: code.split('\n').length }] };
}

function mainOf(files: readonly SandpackFile[]): string {
  const text = files.find(({ path }) => path === '/package.json')?.code;
  if (text === undefined) return DEFAULT_ENTRY;
  try {
    const json: unknown = JSON.parse(text);
    const main = isRecord(json) && typeof json.main === 'string' ? json.main : DEFAULT_ENTRY;
    return new URL(main, 'file:///').pathname;
  } catch {
    return DEFAULT_ENTRY; // a reader is typing in it: the program is still the program
  }
}

/** The lines of a client's file by its path; nothing, if there is none at this path. */
export type FileLines = (path: string) => readonly string[] | undefined;

/** Splits each file once, when it is first asked for: many errors may ask. */
export function createFileLines(files: readonly SandpackFile[]): FileLines {
  const split = new Map<string, readonly string[]>();
  return (path) => {
    const lines = split.get(path) ?? files.find((file) => file.path === path)?.code.split('\n');
    if (lines) split.set(path, lines);
    return lines;
  };
}

/** The frames of an error as Sandpack's overlay wants them: only those whose source is at hand. */
export function sandpackFrames(error: ErrorReport, files: FileLines): readonly SandpackFrame[] {
  return error.frames.slice(0, MAX_FRAMES).flatMap(({ fence, line, column, name }) => {
    const lines = files(fence);
    if (!lines) return [];
    return [
      {
        _originalFileName: fence,
        _originalLineNumber: line,
        _originalColumnNumber: column,
        _originalFunctionName: name,
        _originalScriptCode: excerpt(lines, line),
      },
    ];
  });
}

function excerpt(lines: readonly string[], line: number): SandpackFrame['_originalScriptCode'] {
  const from = Math.max(1, line - CONTEXT_LINES);
  return lines.slice(from - 1, line + CONTEXT_LINES).map((content, index) => ({
    lineNumber: from + index,
    content: cutText(content, MAX_LINE),
    highlight: from + index === line,
  }));
}
