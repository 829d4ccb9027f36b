import { transformFromAstSync, type types } from '@babel/core';
import decorators from '@babel/plugin-proposal-decorators';
import typescript from '@babel/preset-typescript';
import { SCOPE_MODULE } from './assemble.ts';
import { CompileError } from './error.ts';
import { inspectModule } from './inspect.ts';
import { type ImportRules, LIVE_IMPORTS } from './modules.ts';
import { ISOLATED, parseModule, plainMessage } from './parse.ts';
import { nearestPlace } from './place.ts';
import { type CompiledModule, type CompiledProgram, PROBE, type ProgramSource, type SourceModule } from './program.ts';
import { claimsOf, showPlugin } from './show.ts';

export interface CompileOptions {
  /** What the fences may import; by default what there is in the browser. */
  readonly imports?: ImportRules;
  /** Other names for modules that are not the page's own, by the names that a page imports them under. */
  readonly rename?: Readonly<Record<string, string>>;
}

/**
 * Compiles a program to JavaScript modules that run as they are: types gone, decorators lowered, values to show handed
 * to the probe. Modules that the entry does not need are left out. The same source gives the same code.
 *
 * @throws CompileError with the fence, line and column of what is wrong
 */
export function compile(
  source: ProgramSource,
  { imports = LIVE_IMPORTS, rename = {} }: CompileOptions = {},
): CompiledProgram {
  const sources = new Map(source.modules.map((module) => [module.name, module]));
  const entry = source.modules.at(-1);
  if (!entry) throw new Error('A program has at least one module.');
  const files = new Set([...sources.keys()].filter((name) => name !== entry.name));

  const compiled = new Map<string, CompiledModule>();
  /** The modules that wait for the one at hand: an import of one of them goes round in a circle. */
  const waiting: string[] = [];
  const add = (module: SourceModule) => {
    if (compiled.has(module.name)) return;
    waiting.push(module.name);
    const parsed = parseModule(module);
    inspectModule(parsed, module, { files, imports, rename, closed: module.name === SCOPE_MODULE });
    const result = emit(parsed, module);
    for (const name of result.imports) {
      const needed = sources.get(name);
      if (!needed) continue;
      if (waiting.includes(name)) throw circle(module, parsed, [...waiting.slice(waiting.indexOf(name)), name]);
      add(needed);
    }
    waiting.pop();
    compiled.set(module.name, result);
  };
  add(entry);
  return { target: source.target, modules: [...compiled.values()] };
}

function emit(file: types.File, module: SourceModule): CompiledModule {
  const result = transform(file, module);
  if (!result?.code || !result.map || result.ast?.type !== 'File')
    throw new Error(`Babel gave no code for ${module.name}.`);
  const { version, names, mappings } = result.map;
  return {
    name: module.name,
    code: result.code,
    imports: importsOf(result.ast),
    // The source is known to whoever reads the map, and is left out.
    map: JSON.stringify({ version, file: module.name, names, sources: [module.name], mappings }),
    segments: module.segments,
  };
}

function transform(file: types.File, module: SourceModule) {
  try {
    return transformFromAstSync(file, module.source, {
      ...ISOLATED,
      ast: true,
      cloneInputAst: false,
      filename: module.name,
      comments: false,
      sourceMaps: true,
      presets: [typescript],
      plugins: [() => showPlugin(module, claimsOf(file)), [decorators, { version: '2023-11' }]],
    });
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'BABEL_TRANSFORM_ERROR') throw error;
    // Babel tells the line of what it cannot transform only in the picture of the code.
    const line = Number(/^> *(\d+) \|/m.exec(error.message)?.[1] ?? 1);
    const place = nearestPlace(module.segments, line, 1);
    throw new CompileError('syntax', plainMessage(error.message, module.name), place);
  }
}

function importsOf(file: types.File): readonly string[] {
  const names = new Set<string>();
  for (const statement of file.program.body) {
    if ('source' in statement && statement.source?.type === 'StringLiteral') names.add(statement.source.value);
  }
  names.delete(PROBE);
  return [...names];
}

function circle(module: SourceModule, file: types.File, path: readonly string[]): CompileError {
  const culprit = file.program.body.find(
    (statement) => statement.type === 'ImportDeclaration' && statement.source.value === path.at(-1),
  );
  const { line, column } = culprit?.loc?.start ?? { line: 1, column: 0 };
  return new CompileError(
    'import',
    `These files import each other in a circle: ${path.map((name) => name.slice(1)).join(' → ')}.`,
    nearestPlace(module.segments, line, column + 1),
  );
}
