import { type NodePath, traverse, type types } from '@babel/core';
import { CompileError } from './error.ts';
import { type ImportRules, resolveFile } from './modules.ts';
import { declaredAlready } from './parse.ts';
import { nearestPlace, segmentIndex } from './place.ts';
import { PROBE, type SourceModule } from './program.ts';

export interface Surroundings {
  /** The names of the program's modules: `/dog.ts`. */
  readonly files: ReadonlySet<string>;
  readonly imports: ImportRules;
  readonly rename: Readonly<Record<string, string>>;
  /** A module whose top level may not export anything: nothing can import it. */
  readonly closed: boolean;
}

/**
 * Checks what a module imports, exports and uses before it is there, and gives the imports of named files their names
 * within the program.
 * @throws CompileError with all that it has found
 */
export function inspectModule(file: types.File, module: SourceModule, around: Surroundings): void {
  const problems: CompileError[] = [];
  const complain = (problem: CompileError['problem'], message: string, node: types.Node) => {
    const { line, column } = node.loc?.start ?? { line: 1, column: 0 };
    problems.push(new CompileError(problem, message, nearestPlace(module.segments, line, column + 1)));
  };
  const checkModule = (source: types.StringLiteral) => {
    const fence = fenceOf(module, source);
    const { imports } = around;
    if (imports.allows(source.value, fence)) return;
    complain(
      'import',
      `There is no module '${source.value}' here. A snippet may import ${imports.describe(fence)}.`,
      source,
    );
  };
  const checkSource = (source: types.StringLiteral) => {
    const specifier = source.value;
    const line = source.loc?.start.line ?? 1;
    if (specifier === PROBE && line === 1) return;
    if (isRelative(specifier)) {
      const name = resolveFile(specifier, module.name);
      if (!around.files.has(name)) complain('import', noFile(specifier, around.files), source);
      setSource(source, name);
    } else {
      checkModule(source);
    }
    const renamed = Object.hasOwn(around.rename, specifier) ? around.rename[specifier] : undefined;
    if (renamed !== undefined) setSource(source, renamed);
  };

  const imported = new Set<string>();
  for (const statement of file.program.body) {
    if (statement.type === 'ImportDeclaration') {
      checkSource(statement.source);
      // The parser lets two imports of one name pass, since in TypeScript one of them could be a type.
      for (const { local } of statement.specifiers) {
        if (imported.has(local.name)) complain('duplicate', declaredAlready(local.name), local);
        imported.add(local.name);
      }
    }
    const exports = statement.type.startsWith('Export');
    if (exports && around.closed) complain('export', EXPORT, statement);
    if ('source' in statement && statement.source && exports) checkSource(statement.source);
  }
  const conclude = () => {
    const [first, ...others] = problems;
    if (first) throw new CompileError(first.problem, first.message, first, others);
  };
  // Names cannot be followed any further when one of them has two meanings.
  if (problems.some(({ problem }) => problem === 'duplicate')) conclude();
  traverse(file, {
    ImportExpression({ node }) {
      if (node.source.type !== 'StringLiteral' || !around.imports.isDynamic(fenceOf(module, node))) {
        complain('import', 'A page imports at the top of a snippet: `import { … } from …`, not `import(…)`.', node);
      } else if (!isRelative(node.source.value)) {
        checkModule(node.source);
      }
    },
    Program({ scope }) {
      for (const [name, binding] of Object.entries(scope.bindings)) {
        const declared = segmentIndex(module.segments, binding.identifier.loc?.start.line ?? 1);
        if (declared < 0) continue;
        for (const path of [...binding.referencePaths, ...binding.constantViolations]) {
          const used = segmentIndex(module.segments, path.node.loc?.start.line ?? 1);
          if (used < 0 || used >= declared || isParameterProperty(path, name)) continue;
          complain('order', usedEarly(name), path.node);
          break; // the first place is enough
        }
      }
    },
  });
  conclude();
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith('./') || specifier.startsWith('../');
}

/** In `constructor(readonly name: string)`, Babel takes `name` for a use of whatever has that name outside. */
function isParameterProperty(path: NodePath, name: string): boolean {
  const declares = (param: types.Node) => {
    if (param.type !== 'TSParameterProperty') return false;
    const { parameter } = param;
    const pattern = parameter.type === 'AssignmentPattern' ? parameter.left : parameter;
    return pattern.type === 'Identifier' && pattern.name === name;
  };
  return path.findParent((parent) => parent.isClassMethod() && parent.node.params.some(declares)) !== null;
}

function setSource(source: types.StringLiteral, name: string): void {
  source.value = name;
  // Otherwise the text as it was written would be printed again.
  source.extra = undefined;
}

function fenceOf(module: SourceModule, node: types.Node): string {
  return nearestPlace(module.segments, node.loc?.start.line ?? 1, 1).fence;
}

const EXPORT =
  'Nothing can import from this snippet, so it cannot export: give it a name with `file=…`, or leave `export` out.';

function usedEarly(name: string): string {
  return `\`${name}\` is used here, and declared or imported only in a later snippet. Each snippet runs with those before it.`;
}

function noFile(specifier: string, files: ReadonlySet<string>): string {
  const known = [...files].map((name) => `'.${name}'`);
  return known.length === 0
    ? `There is no file '${specifier}': no snippet up to here has a name (\`file=…\`).`
    : `There is no file '${specifier}' up to here. The files are: ${known.join(', ')}.`;
}
