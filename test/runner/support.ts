import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { runnerFiles } from '../../src/runner/bundle.ts';
import type { ServedFile } from '../browser-support/server.ts';

/** The site's part of the tests: a page with the runner's client on it, and the runner's files in a folder. */
export async function testSite(base = '/'): Promise<ReadonlyMap<string, ServedFile>> {
  const files = new Map<string, ServedFile>();
  const library = fileURLToPath(new URL('fixtures/library.ts', import.meta.url));
  for (const [name, file] of await runnerFiles({ library })) files.set(`${base}runner/${name}`, file);
  files.set(`${base}`, {
    body: '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test</title><link rel="icon" href="data:,"></head><body><script type="module" src="page.js"></script></body></html>',
    contentType: 'text/html; charset=utf-8',
  });
  files.set(`${base}page.js`, { body: await bundlePage('page/page.ts'), contentType: 'text/javascript' });
  return files;
}

export async function bundlePage(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0]?.text ?? '';
}
