import { type InputOptions, parseSync, type types } from '@babel/core';
import { CompileError } from './error.ts';
import { nearestPlace } from './place.ts';
import type { SourceModule } from './program.ts';

/** What Babel must not look for in the surroundings: the same source compiles to the same code everywhere. */
export const ISOLATED = {
  babelrc: false,
  browserslistConfigFile: false,
  configFile: false,
  envName: 'production',
  highlightCode: false,
  sourceType: 'module',
  targets: { node: '22' },
} as const satisfies InputOptions;

/**
 * Reads a module.
 * @throws CompileError at the fence, line and column of a syntax error, with those of other fences
 */
export function parseModule(module: SourceModule): types.File {
  const whole = attempt(module.source, module.name);
  if ('file' in whole) return whole.file;
  // A brace that one fence lacks is often missed only in a later one: the fence that cannot stand alone is to blame.
  const lines = module.source.split('\n');
  const [first, ...others] = module.segments.flatMap(({ fence, line, count }) => {
    const text = lines.slice(line - 1, line - 1 + count);
    const alone = attempt(text.join('\n'), module.name);
    if ('file' in alone) return [];
    const atEnd = alone.line >= text.length && alone.column > (text.at(-1)?.trimEnd().length ?? 0);
    const message = atEnd ? 'The snippet ends too early: something that was opened is not closed.' : explain(alone);
    return [new CompileError('syntax', message, { fence, line: alone.line, column: alone.column })];
  });
  if (first) throw new CompileError('syntax', first.message, first, others);
  const place = nearestPlace(module.segments, whole.line, whole.column);
  const duplicate = whole.reason === 'VarRedeclaration';
  throw new CompileError(duplicate ? 'duplicate' : 'syntax', explain(whole), place);
}

interface SyntaxProblem {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
  readonly message: string;
  readonly name?: string;
}

function attempt(source: string, name: string): { readonly file: types.File } | SyntaxProblem {
  try {
    const file = parseSync(source, {
      ...ISOLATED,
      filename: name,
      parserOpts: {
        plugins: ['typescript', 'decorators', 'decoratorAutoAccessors'],
        allowReturnOutsideFunction: false,
      },
    });
    if (!file) throw new Error(`Babel gave no syntax tree for ${name}.`);
    return { file };
  } catch (error) {
    return readProblem(error, name);
  }
}

/** The boundary to Babel, which reports a syntax error as an `Error` with a `loc` and a `reasonCode`. */
function readProblem(error: unknown, name: string): SyntaxProblem {
  if (!(error instanceof Error) || !('loc' in error)) throw error;
  const { loc } = error;
  if (typeof loc !== 'object' || loc === null || !('line' in loc && 'column' in loc)) throw error;
  const line = Number(loc.line);
  const column = Number(loc.column);
  const details = 'details' in error && typeof error.details === 'object' ? error.details : null;
  return {
    line,
    column: column + 1,
    reason: 'reasonCode' in error ? String(error.reasonCode) : '',
    message: plainMessage(error.message, name, `(${line}:${column})`),
    name: details && 'identifierName' in details ? String(details.identifierName) : undefined,
  };
}

/** Without the path in front, the place, and the picture of the code that Babel adds. */
export function plainMessage(message: string, name: string, place = ''): string {
  const [first = ''] = message.split('\n');
  const text = first.startsWith(`${name}: `) ? first.slice(name.length + 2) : first;
  return (place !== '' && text.endsWith(place) ? text.slice(0, -place.length) : text).trim();
}

export function declaredAlready(name = 'This name'): string {
  return `\`${name}\` is declared already. The snippets of a page are one program, so a name can be declared once; a fence marked \`scope\` starts afresh.`;
}

function explain({ reason, message, name }: SyntaxProblem): string {
  if (reason === 'VarRedeclaration') return declaredAlready(name);
  if (reason === 'UnexpectedImportExport' || reason === 'ImportOutsideModule') {
    return 'An import or export has to stand at the top level, and not in a fence that is expected to throw.';
  }
  return message;
}
