/** Builds the modules that programs may import, each a file of its own that is loaded when a program asks for it. */
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'esbuild';
import type { Manifest } from '../manifest.ts';
import { bundled } from '../script.ts';
import { packedBinaries } from './binaries.ts';

/** The library as it is built and published: the runner gets that, and never the sources. */
const DIST = fileURLToPath(new URL('../../../code/dist/', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const HERE = fileURLToPath(new URL('./', import.meta.url));
const ROOT_MODULE = 'eventsourcing';
const PROBE = 'workbook:probe';
const RUNTIME = 'workbook:runtime';
const ASSERT = 'node:assert/strict';

/** Modules of Node, which other packages ask for where they find themselves in Node. */
const NODE = /^(node:)?(fs|fs\/promises|module|path|stream|stream\/promises|url|util|zlib)$/;

/**
 * Other packages, with nothing to be printed in them. They would look for their binaries beside the address of their
 * module, which here is a blob and cannot be the base of another address.
 */
const FOREIGN: BuildOptions = {
  minifyIdentifiers: true,
  inject: [`${HERE}native.ts`],
  define: { 'import.meta.url': JSON.stringify('https://runner.invalid/') },
};

/**
 * The names that a program's `vitest` has; one set of tests per program, bound to that program's probe.
 */
const VITEST = `
import probe from '${PROBE}';
import { createTestApi } from './src/probe/vitest.ts';
export const { test, it, describe, expect, beforeEach, afterEach } = createTestApi(probe);
`;

/** What is bundled for a specifier, and from where. */
interface Source extends BuildOptions {
  readonly binaries?: readonly string[];
}

function sources(rootFile: string): Readonly<Record<string, Source>> {
  return {
    [ROOT_MODULE]: { entryPoints: [rootFile] },
    'eventsourcing/compression': { entryPoints: [indexOf('compression')] },
    'eventsourcing/crypto': { entryPoints: [indexOf('crypto')] },
    'eventsourcing/projection': { entryPoints: [indexOf('projection')] },
    'eventsourcing/remote': { entryPoints: [indexOf('remote')] },
    'eventsourcing/system': { entryPoints: [indexOf('system')] },
    'eventsourcing/testing': { entryPoints: [indexOf('testing')], plugins: [absent(/^fast-check$/)] },
    'eventsourcing/sqlite': {
      entryPoints: [`${HERE}sqlite.ts`],
      alias: { 'eventsourcing/sqlite-wasm': indexOf('sqlite-wasm') },
      binaries: ['sqlite3.wasm'],
      ...FOREIGN,
    },
    'eventsourcing/postgres': {
      entryPoints: [`${HERE}postgres.ts`],
      alias: { 'eventsourcing/pglite': indexOf('pglite') },
      plugins: [absent(NODE)],
      binaries: ['pglite.wasm', 'pglite.data', 'pglite.database'],
      ...FOREIGN,
    },
    vitest: { stdin: { contents: VITEST, resolveDir: ROOT, loader: 'ts' } },
    [ASSERT]: { entryPoints: ['src/probe/assert.ts'] },
  };
}

/** The files by name, and the manifest of what is in them. */
export async function libraryFiles(rootFile = `${DIST}index.js`): Promise<{
  readonly scripts: ReadonlyMap<string, string>;
  readonly binaries: ReadonlyMap<string, Uint8Array>;
  readonly manifest: Manifest;
}> {
  await expectBuilt([
    rootFile,
    ...['compression', 'crypto', 'pglite', 'projection', 'remote', 'sqlite-wasm', 'system', 'testing'].map(indexOf),
  ]);
  const [built, packed] = await Promise.all([
    Promise.all(
      Object.entries(sources(rootFile)).map(async ([specifier, { binaries = [], ...options }]) => {
        const { text, imports } = await bundled({
          format: 'esm',
          // The names stay: classes show them when they are printed.
          minifyIdentifiers: !specifier.startsWith(ROOT_MODULE),
          ...options,
          external: specifier === ROOT_MODULE ? [] : [ROOT_MODULE, PROBE, RUNTIME, ASSERT],
          plugins: [oneRoot, ...(options.plugins ?? [])],
        });
        const needs = imports.filter((needed) => needed !== PROBE && needed !== RUNTIME);
        return { specifier, text, part: { file: `lib/${fileName(specifier)}.js`, needs, binaries } };
      }),
    ),
    packedBinaries(),
  ]);
  return {
    scripts: new Map(built.map(({ part, text }) => [part.file, text])),
    binaries: new Map(packed.map(({ file, bytes }) => [file, bytes])),
    manifest: {
      modules: Object.fromEntries(built.map(({ specifier, part }) => [specifier, part])),
      binaries: Object.fromEntries(
        packed.map(({ name, file, bytes, what }) => [name, { file, what, size: bytes.length }]),
      ),
    },
  };
}

function indexOf(part: string): string {
  return `${DIST}${part}/index.js`;
}

function fileName(specifier: string): string {
  return specifier.replace(/^(eventsourcing\/|node:)/, '').replaceAll('/', '-');
}

/** Every part of the library uses the one root module, so that its classes are the same in all of them. */
const oneRoot: Plugin = {
  name: 'one-root',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/index\.js$/ }, ({ importer }) =>
      importer.startsWith(DIST) ? { path: ROOT_MODULE, external: true } : undefined,
    );
  },
};

/** Modules that are not brought to the browser: what needs them fails when it is used, and the rest works. */
function absent(names: RegExp): Plugin {
  return {
    name: 'absent',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: names }, ({ path }) => ({ path, namespace: 'absent' }));
      onLoad({ filter: /.*/, namespace: 'absent' }, ({ path }) => {
        const message = `This part of the library needs the package ${path}, which is not there in the browser. Use it in Node.`;
        return { contents: `throw new Error(${JSON.stringify(message)});\nexport {};` };
      });
    },
  };
}

async function expectBuilt(files: readonly string[]): Promise<void> {
  for (const file of files) {
    try {
      await access(file);
    } catch (cause) {
      throw new Error(`The library has not been built: ${file} is missing. Build the package in code/ first.`, {
        cause,
      });
    }
  }
}
