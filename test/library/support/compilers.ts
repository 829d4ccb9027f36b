import { transformAsync } from '@babel/core';
import { transform as swcTransform } from '@swc/core';
import { transform } from 'esbuild';
import ts from 'typescript';

/** What compilers make of TypeScript with decorators and `#private` members: by name, from source to an ES module. */
export const compilers: Readonly<Record<string, (source: string) => Promise<string>>> = {
  'tsc to ES2022': async (source) => typescript(source, ts.ScriptTarget.ES2022),
  'tsc to ES2021, without #private members': async (source) => typescript(source, ts.ScriptTarget.ES2021),
  'tsc, then minified': async (source) => minified(typescript(source, ts.ScriptTarget.ES2022)),
  'tsc to ES2021, then minified': async (source) => minified(typescript(source, ts.ScriptTarget.ES2021)),
  'esbuild to ES2022': (source) => esbuild(source, { target: 'es2022' }),
  'esbuild to ES2021, without #private members': (source) => esbuild(source, { target: 'es2021' }),
  'esbuild, names kept': (source) => esbuild(source, { target: 'es2022', keepNames: true }),
  'esbuild, minified': (source) => esbuild(source, { target: 'es2022', minify: true }),
  'esbuild to ES2021, minified': (source) => esbuild(source, { target: 'es2021', minify: true }),
  Babel: (source) => babel(source),
  'Babel, minified': async (source) => minified(await babel(source)),
  'Babel, without #private members': (source) => babel(source, LOWER_PRIVATE),
  'Babel, without #private members, minified': async (source) => minified(await babel(source, LOWER_PRIVATE)),
  'SWC to ES2022': (source) => swc(source, 'es2022'),
  'SWC to ES2021, without #private members': (source) => swc(source, 'es2021'),
  'SWC to ES2021, minified': async (source) => minified(await swc(source, 'es2021')),
};

function typescript(source: string, target: ts.ScriptTarget): string {
  return ts.transpileModule(source, { compilerOptions: { target, module: ts.ModuleKind.ESNext } }).outputText;
}

async function minified(code: string): Promise<string> {
  return (await transform(code, { loader: 'js', format: 'esm', minify: true })).code;
}

async function esbuild(
  source: string,
  options: { target: string; minify?: boolean; keepNames?: boolean },
): Promise<string> {
  return (await transform(source, { loader: 'ts', format: 'esm', ...options })).code;
}

const LOWER_PRIVATE = [
  '@babel/plugin-transform-class-static-block',
  '@babel/plugin-transform-class-properties',
  '@babel/plugin-transform-private-methods',
];

async function babel(source: string, plugins: readonly string[] = []): Promise<string> {
  const result = await transformAsync(source, {
    filename: 'source.ts',
    configFile: false,
    babelrc: false,
    presets: ['@babel/preset-typescript'],
    plugins: [['@babel/plugin-proposal-decorators', { version: '2023-11' }], ...plugins],
  });
  return result?.code ?? '';
}

async function swc(source: string, target: 'es2021' | 'es2022'): Promise<string> {
  const { code } = await swcTransform(source, {
    filename: 'source.ts',
    configFile: false,
    swcrc: false,
    module: { type: 'es6' },
    jsc: {
      target,
      parser: { syntax: 'typescript', decorators: true },
      transform: { decoratorVersion: '2022-03' },
    },
  });
  return code;
}
