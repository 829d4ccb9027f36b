/** The part of Sandpack's protocol that is spoken here: as much as its editor, console and tests need. */
import { MAX_CODE_CHARACTERS } from '../limits.ts';
import { isRecord, readCount, readList, readString } from '../protocol/check.ts';
import { MAX_MODULES, MAX_NAME, tooMuch } from '../protocol/read-programs.ts';

export interface SandpackFile {
  readonly path: string;
  readonly code: string;
}

/** What a stock client asks for. */
export type FromSandpack =
  | { readonly type: 'register-frame'; readonly id: number | string }
  | { readonly type: 'compile'; readonly files: readonly SandpackFile[]; readonly evaluate: boolean }
  /** A `compile` of more than the runner takes. */
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'run-all-tests' }
  | { readonly type: 'run-tests'; readonly path: string };

/** Reads a client's message; undefined for what is not understood, such as messages for previews. */
export function readFromSandpack(value: unknown): FromSandpack | undefined {
  if (!isRecord(value)) return undefined;
  switch (value.type) {
    case 'register-frame': {
      const id = readCount(value.id) ?? readString(value.id, MAX_NAME);
      return id === undefined ? undefined : { type: 'register-frame', id };
    }
    case 'compile': {
      if (!isRecord(value.modules)) return undefined;
      const given = Object.entries(value.modules).map(([name, module]) => ({
        ...(isRecord(module) ? module : {}),
        name,
      }));
      const reason = tooMuch({ modules: given });
      if (reason !== undefined) return { type: 'refused', reason };
      const files = readList(given, MAX_MODULES, readFile);
      return files && { type: 'compile', files, evaluate: value.skipEval !== true };
    }
    case 'run-tests': {
      const path = readString(value.path, MAX_NAME);
      return path === undefined ? undefined : { type: 'run-tests', path };
    }
    case 'run-all-tests':
      return { type: 'run-all-tests' };
    default:
      return undefined;
  }
}

function readFile(module: unknown): SandpackFile | undefined {
  if (!isRecord(module)) return undefined;
  const path = readString(module.name, MAX_NAME);
  const code = readString(module.code, MAX_CODE_CHARACTERS);
  return path === undefined || code === undefined ? undefined : { path, code };
}

/** A place in a file with the lines around it, as Sandpack's error overlay wants it. */
export interface SandpackFrame {
  readonly _originalFileName: string;
  readonly _originalLineNumber: number;
  readonly _originalColumnNumber: number;
  readonly _originalFunctionName?: string;
  readonly _originalScriptCode: readonly {
    readonly lineNumber: number;
    readonly content: string;
    readonly highlight: boolean;
  }[];
}

export interface SandpackTestError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly matcherResult: boolean;
  readonly mappedErrors: readonly (SandpackFrame & { readonly fileName: string })[];
}

interface SandpackTest {
  readonly name: string;
  readonly path: string;
  readonly blocks: readonly string[];
}

type SandpackTestMessage =
  | { readonly event: 'initialize_tests' | 'total_test_start' | 'total_test_end' | 'describe_end' }
  | { readonly event: 'add_file'; readonly path: string }
  | { readonly event: 'file_error'; readonly path: string; readonly error: SandpackTestError }
  | { readonly event: 'describe_start'; readonly blockName: string }
  | { readonly event: 'add_test'; readonly testName: string; readonly path: string }
  | { readonly event: 'test_start'; readonly test: SandpackTest }
  | {
      readonly event: 'test_end';
      readonly test: SandpackTest & {
        readonly status: 'pass' | 'fail';
        readonly duration: number;
        readonly errors: readonly SandpackTestError[];
      };
    };

/** What a stock client is told. */
export type ToSandpack =
  | { readonly type: 'start'; readonly firstLoad: boolean }
  | { readonly type: 'status'; readonly status: 'transpiling' | 'evaluating' | 'done' }
  | {
      readonly type: 'state';
      readonly state: { readonly entry: string; readonly transpiledModules: Record<string, never> };
    }
  /** Misspelt on the wire. `false` also wipes the error that the client shows. */
  | { readonly type: 'done'; readonly compilatonError: boolean }
  | { readonly type: 'success' }
  | {
      readonly type: 'action';
      readonly action: 'show-error';
      readonly title: string;
      readonly path: string;
      readonly message: string;
      readonly line: number;
      readonly column: number;
      readonly payload: { readonly frames: readonly SandpackFrame[] };
    }
  | { readonly type: 'action'; readonly action: 'clear-errors'; readonly source: 'jest'; readonly path: string }
  | {
      readonly type: 'console';
      readonly log: readonly [{ readonly method: string; readonly id: string; readonly data: readonly [string] }];
    }
  | ({ readonly type: 'test' } & SandpackTestMessage);
