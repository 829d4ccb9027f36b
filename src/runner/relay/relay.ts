/**
 * The bundler page. It holds trusted code only: it passes programs to the sandboxed frame, and what comes back, checked,
 * to the page around it. Code of a page is never evaluated here.
 */
import type { CompiledProgram } from '../../compiler/program.ts';
import type { Manifest } from '../manifest.ts';
import type { FromRelay } from '../protocol.ts';
import { createCompiler } from './compiler.ts';
import { createFiles } from './files.ts';
import { readToRelay } from './requests.ts';
import { createSandbox, openFrame } from './sandbox.ts';
import { createSession } from './session.ts';

/** The sandboxed frame's document, put in by the build. */
declare const FRAME_HTML: string;
/** What programs may import, likewise. */
declare const MANIFEST: Manifest;

function start(page: Window): void {
  const files = createFiles(document.baseURI, MANIFEST);
  const compiler = createCompiler(() => new Worker(new URL('compile.js', document.baseURI)));
  /** The client's name for itself, in every message to it. */
  let id: number | string | undefined;

  const post = (message: FromRelay) => page.postMessage({ ...message, codesandbox: true, $id: id }, location.origin);
  const session = createSession({
    sandbox: createSandbox({
      open: () => openFrame(FRAME_HTML),
      assets: async () => {
        const [worker, library] = await Promise.all([files.text('worker.js'), files.library(['eventsourcing'])]);
        return { worker, library };
      },
    }),
    post,
    compiler,
    supplies: (program: CompiledProgram, listen) =>
      files.supplies(
        program.modules.flatMap(({ imports }) => imports),
        listen,
      ),
    tracer: async (program) => (await files.tracer()).createTrace(program),
    now: () => performance.now(),
  });

  addEventListener('message', ({ source, origin, data }: MessageEvent) => {
    if (source !== page || origin !== location.origin) return;
    const message = readToRelay(data);
    if (message?.type === 'register-frame') id = message.id;
    else if (message) void session.handle(message);
  });
  session.warm();
  post({ type: 'initialized' });
}

if (parent !== self) start(parent);
