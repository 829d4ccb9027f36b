/** Builds the modules that programs may import, each a file of its own that is loaded when a program asks for it. */
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'esbuild';
import type { Manifest } from '../manifest.ts';
import { bundled } from '../script.ts';

/** The library as it is built and published: the runner gets that, and never the sources. */
const DIST = fileURLToPath(new URL('../../../code/dist/', import.meta.url));
const ROOT_MODULE = 'eventsourcing';
const PROBE = 'workbook:probe';
const ASSERT = 'node:assert/strict';

/**
 * The names that a program's `vitest` has; one set of tests per program, bound to that program's probe.
 */
const VITEST = `
import probe from '${PROBE}';
import { createTestApi } from './src/probe/vitest.ts';
export const { test, it, describe, expect, beforeEach, afterEach } = createTestApi(probe);
`;

/** What is bundled for each specifier, and from where. */
function sources(rootFile: string): Readonly<Record<string, BuildOptions>> {
  return {
    [ROOT_MODULE]: { entryPoints: [rootFile] },
    'eventsourcing/compression': { entryPoints: [`${DIST}compression/index.js`] },
    'eventsourcing/crypto': { entryPoints: [`${DIST}crypto/index.js`] },
    'eventsourcing/testing': { entryPoints: [`${DIST}testing/index.js`], plugins: [absent('fast-check')] },
    vitest: {
      stdin: { contents: VITEST, resolveDir: fileURLToPath(new URL('../../../', import.meta.url)), loader: 'ts' },
    },
    [ASSERT]: { entryPoints: ['src/probe/assert.ts'] },
  };
}

/** The files by name, and the manifest of what is in them. */
export async function libraryFiles(rootFile = `${DIST}index.js`): Promise<{
  readonly files: ReadonlyMap<string, string>;
  readonly manifest: Manifest;
}> {
  const built = await Promise.all(
    Object.entries(sources(rootFile)).map(async ([specifier, options]) => {
      for (const entry of Array.isArray(options.entryPoints) ? options.entryPoints : []) await expectBuilt(`${entry}`);
      const { text, imports } = await bundled({
        format: 'esm',
        // The names stay: classes show them when they are printed.
        minifyIdentifiers: specifier === 'vitest' || specifier === ASSERT,
        ...options,
        external: specifier === ROOT_MODULE ? [] : [ROOT_MODULE, PROBE, ASSERT],
        plugins: [oneRoot, ...(options.plugins ?? [])],
      });
      const needs = imports.filter((needed) => needed !== PROBE);
      return { specifier, text, part: { file: `lib/${fileName(specifier)}.js`, needs } };
    }),
  );
  return {
    files: new Map(built.map(({ part, text }) => [part.file, text])),
    manifest: Object.fromEntries(built.map(({ specifier, part }) => [specifier, part])),
  };
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

/** A package that is not brought to the browser: what needs it fails when it is used, and the rest works. */
function absent(name: string): Plugin {
  const message = `This part of the library needs the package ${name}, which is not there in the browser. Use it in Node.`;
  return {
    name: 'absent',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: 'absent' }));
      onLoad({ filter: /.*/, namespace: 'absent' }, () => ({
        contents: `throw new Error(${JSON.stringify(message)});\nexport {};`,
      }));
    },
  };
}

async function expectBuilt(file: string): Promise<void> {
  if (!file.startsWith('/')) return;
  try {
    await access(file);
  } catch (cause) {
    throw new Error(`The library has not been built: ${file} is missing. Build the package in code/ first.`, { cause });
  }
}
