/** Builds the runner's files: the relay page and everything that it loads, to be served from one folder. */
import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

export interface RunnerFile {
  readonly body: string;
  readonly contentType: string;
}

const JAVASCRIPT = 'text/javascript; charset=utf-8';
const HTML = 'text/html; charset=utf-8';
const ROOT = new URL('../../', import.meta.url);
const PROBE = 'workbook:probe';

/** Babel names two modules of Node, and uses next to nothing of them. */
const COMPILER_ALIAS = {
  'node:path': './src/runner/compile/node-path.ts',
  'node:assert': './src/runner/compile/node-assert.ts',
};

/** The library as it is built and published: the runner gets that, and never the sources. */
const LIBRARY = fileURLToPath(new URL('code/dist/index.js', ROOT));

/**
 * The names that a program's `vitest` has; one set of tests per program, bound to that program's probe.
 */
const VITEST = `
import probe from '${PROBE}';
import { createTestApi } from './src/probe/vitest.ts';
export const { test, it, describe, expect, beforeEach, afterEach } = createTestApi(probe);
`;

export interface RunnerFilesOptions {
  /** The file that programs import as `eventsourcing`; by default, the built package of this project. */
  readonly library?: string;
}

/**
 * The files by name, relative to the relay page `relay.html`. They refer to each other by relative addresses only, so
 * that any folder under any base path will do, and are the same for the same sources.
 *
 * @throws if the library has not been built
 */
export async function runnerFiles({
  library: libraryFile = LIBRARY,
}: RunnerFilesOptions = {}): Promise<ReadonlyMap<string, RunnerFile>> {
  const [frame, worker, compile, trace, vitest, assert, library] = await Promise.all([
    script({ entryPoints: ['src/runner/frame/frame.ts'], format: 'iife' }),
    script({ entryPoints: ['src/runner/worker/worker.ts'], format: 'iife' }),
    script({ entryPoints: ['src/runner/compile/worker.ts'], format: 'iife', alias: COMPILER_ALIAS }),
    script({ entryPoints: ['src/runner/relay/trace.ts'], format: 'esm' }),
    script({ stdin: { contents: VITEST, resolveDir: fileURLToPath(ROOT), loader: 'ts' }, format: 'esm' }),
    script({ entryPoints: ['src/probe/assert.ts'], format: 'esm' }),
    readLibrary(libraryFile),
  ]);
  const frameHash = `'sha256-${createHash('sha256').update(frame).digest('base64')}'`;
  const relay = await script({
    entryPoints: ['src/runner/relay/relay.ts'],
    format: 'esm',
    define: { FRAME_HTML: JSON.stringify(frameHtml(frame, frameHash)) },
  });
  const scripts: Readonly<Record<string, string>> = {
    'relay.js': relay,
    'worker.js': worker,
    'compile.js': compile,
    'trace.js': trace,
    'lib/eventsourcing.js': library,
    'lib/vitest.js': vitest,
    'lib/assert.js': assert,
  };
  return new Map([
    ['relay.html', { body: relayHtml(frameHash), contentType: HTML }],
    ...Object.entries(scripts).map(([name, body]): [string, RunnerFile] => [name, { body, contentType: JAVASCRIPT }]),
  ]);
}

/**
 * The relay may load its own scripts and files. The sandboxed frame inherits this policy, which is why the hash of the
 * frame's script stands in it.
 */
function relayHtml(frameHash: string): string {
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${frameHash} blob: 'wasm-unsafe-eval'`,
    "worker-src 'self' blob:",
    "connect-src 'self'",
  ];
  return page(policy, '<title>Runner</title>', '<script type="module" src="relay.js"></script>');
}

/** The sandboxed frame, and with it the Worker that runs a page's code, may load nothing: no address, no connection. */
function frameHtml(frame: string, frameHash: string): string {
  const policy = ["default-src 'none'", `script-src ${frameHash} blob: 'wasm-unsafe-eval'`, 'worker-src blob:'];
  return page(policy, '', `<script>${frame}</script>`);
}

function page(policy: readonly string[], head: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">${head}</head><body>${body}</body></html>\n`;
}

async function script(options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(ROOT),
    bundle: true,
    minifyWhitespace: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    write: false,
    platform: 'browser',
    target: ['chrome120', 'firefox128', 'safari17'],
    external: [PROBE],
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent', // failures are thrown, with all that esbuild has to say
    ...options,
    define: { 'process.env.NODE_ENV': '"production"', ...options.define },
  });
  const [file] = outputFiles ?? [];
  if (!file) throw new Error('esbuild wrote nothing for a part of the runner.');
  return file.text;
}

/** The built library without comments and blanks. Its names stay: classes show them when they are printed. */
async function readLibrary(file: string): Promise<string> {
  try {
    await access(file);
  } catch (cause) {
    throw new Error(`The library has not been built: ${file} is missing. Build the package in code/ first.`, { cause });
  }
  return script({ entryPoints: [file], format: 'esm', minifyIdentifiers: false });
}
