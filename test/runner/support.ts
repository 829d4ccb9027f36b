import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type RunnerFilesOptions, runnerFiles } from '../../src/runner/bundle.ts';
import type { ServedFile } from '../browser-support/server.ts';

type ServedFiles = ReadonlyMap<string, ServedFile>;

/** A stand-in for the library's root module. */
const STAND_IN = { library: fileURLToPath(new URL('stand-in-library.ts', import.meta.url)) };

/** The site's part of the tests: a page with the runner's client on it, and the runner's files in a folder. */
export async function testSite(base = '/', options: RunnerFilesOptions = STAND_IN): Promise<ServedFiles> {
  const files = new Map<string, ServedFile>();
  for (const [name, file] of await runnerFiles(options)) files.set(`${base}runner/${name}`, file);
  for (const [path, script] of Object.entries(PAGES)) {
    files.set(`${base}${path}`, { body: html(script), contentType: 'text/html; charset=utf-8' });
    files.set(`${base}${script}`, { body: await bundlePage(script), contentType: 'text/javascript' });
  }
  return files;
}

/** The pages of the site, and the script of each. */
const PAGES = { '': 'page.js', 'stock.html': 'stock.js' } as const;

function html(script: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test</title><link rel="icon" href="data:,"></head><body><script type="module" src="${script}"></script></body></html>`;
}

async function bundlePage(script: string): Promise<string> {
  const source = script === 'stock.js' ? 'page/stock.tsx' : 'page/page.ts';
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(source, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0]?.text ?? '';
}
