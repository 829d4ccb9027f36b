/** Builds the runner's files: the relay page and everything that it loads, to be served from one folder. */
import { createHash } from 'node:crypto';
import { libraryFiles } from './library/build.ts';
import { bundled } from './script.ts';

export interface RunnerFile {
  readonly body: string | Uint8Array;
  readonly contentType: string;
}

const JAVASCRIPT = 'text/javascript; charset=utf-8';
const BINARY = 'application/octet-stream';
const HTML = 'text/html; charset=utf-8';

/** Babel names two modules of Node, and uses next to nothing of them. */
const COMPILER_ALIAS = {
  'node:path': './src/runner/compile/node-path.ts',
  'node:assert': './src/runner/compile/node-assert.ts',
};

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
  library: root,
}: RunnerFilesOptions = {}): Promise<ReadonlyMap<string, RunnerFile>> {
  const [frame, worker, compile, trace, stock, library] = await Promise.all([
    bundled({ entryPoints: ['src/runner/frame/frame.ts'], format: 'iife' }),
    bundled({ entryPoints: ['src/runner/worker/worker.ts'], format: 'iife' }),
    bundled({ entryPoints: ['src/runner/compile/worker.ts'], format: 'iife', alias: COMPILER_ALIAS }),
    bundled({ entryPoints: ['src/runner/relay/trace.ts'], format: 'esm' }),
    bundled({ entryPoints: ['src/runner/sandpack/requests.ts'], format: 'esm' }),
    libraryFiles(root),
  ]);
  const frameHash = `'sha256-${createHash('sha256').update(frame.text).digest('base64')}'`;
  const relay = await bundled({
    entryPoints: ['src/runner/relay/relay.ts'],
    format: 'esm',
    define: {
      FRAME_HTML: JSON.stringify(frameHtml(frame.text, frameHash)),
      MANIFEST: JSON.stringify(library.manifest),
    },
  });
  const scripts = new Map([
    ['relay.js', relay.text],
    ['worker.js', worker.text],
    ['compile.js', compile.text],
    ['trace.js', trace.text],
    ['stock-client.js', stock.text],
    ...library.scripts,
  ]);
  return new Map([
    ['relay.html', { body: relayHtml(frameHash), contentType: HTML }],
    ...[...scripts].map(([name, body]): [string, RunnerFile] => [name, { body, contentType: JAVASCRIPT }]),
    ...[...library.binaries].map(([name, body]): [string, RunnerFile] => [name, { body, contentType: BINARY }]),
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
