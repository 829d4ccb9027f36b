/** Builds the package: one ES module that any bundler can shake, and declarations beside it. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(here('dist'), { recursive: true, force: true });

await build({
  entryPoints: [here('src/index.ts')],
  outfile: here('dist/index.js'),
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  sourcemap: true,
  sourcesContent: false,
  // Other packages' minifiers are free to rename; this file itself keeps its names, which errors print.
  minify: false,
  logLevel: 'warning',
});

const { status, error } = spawnSync('tsc', ['-p', here('tsconfig.build.json')], { stdio: 'inherit' });
if (error) console.error(`The declarations were not written, because tsc could not be started: ${error.message}`);
process.exit(status ?? 1);
