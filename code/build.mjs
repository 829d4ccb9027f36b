/**
 * Builds the package: one ES module that any bundler can shake, one for each subpath, and declarations beside them. The
 * modules of the subpaths import the first one, so that its classes are the same for all of them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** File systems keep times more coarsely than the clock does. */
const CLOCK_SLACK_MS = 2_000;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const started = Date.now();

/** Each export, by where its source is under `src` and, with `.js`, its module under `dist`. */
const ENTRIES = [
  'index',
  'compression/index',
  'compression/node',
  'crypto/index',
  'crypto/node',
  'pglite/index',
  'postgres/index',
  'projection/index',
  'remote/index',
  'sqlite/index',
  'sqlite-wasm/index',
  'system/index',
  'testing/index',
];

/** What several modules may have a copy of each, since nothing compares its classes. */
const COPIED = [
  '../persistence/base64.ts',
  '../sql/',
  '../sqlite/',
  '../postgres/',
  '../domain/sources/random-bytes.ts',
  '../domain/values/',
];

/** @type {import('esbuild').Plugin} */
const rootStaysOutside = {
  name: 'root-stays-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\./ }, ({ path, importer }) => {
      if (path === '../index.ts') return { path: '../index.js', external: true };
      if (COPIED.some((start) => path.startsWith(start))) return undefined;
      return {
        errors: [{ text: `${importer} imports ${path}: a subpath uses the rest of the library by ../index.ts.` }],
      };
    });
  },
};

for (const entry of ENTRIES) {
  await build({
    entryPoints: [here(`src/${entry}.ts`)],
    outfile: here(`dist/${entry}.js`),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    // The root needs nothing but itself.
    packages: entry === 'index' ? 'bundle' : 'external',
    plugins: entry === 'index' ? [] : [rootStaysOutside],
    target: 'es2022',
    sourcemap: true,
    sourcesContent: false,
    // Other packages' minifiers are free to rename; this file itself keeps its names, which errors print.
    minify: false,
    logLevel: 'warning',
  });
}

const { status, error } = spawnSync('tsc', ['-p', here('tsconfig.build.json')], { stdio: 'inherit' });
if (error) console.error(`The declarations were not written, because tsc could not be started: ${error.message}`);

// What an earlier build has left goes last, so that whoever is using the package meanwhile never finds it missing.
if (status === 0 && existsSync(here('dist'))) {
  for (const entry of readdirSync(here('dist'), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && statSync(path).mtimeMs < started - CLOCK_SLACK_MS) rmSync(path);
  }
}
process.exit(status ?? 1);
