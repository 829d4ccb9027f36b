/**
 * The runner's page inside the page. It holds trusted code only: it passes programs to the sandboxed frame, and what
 * comes back, checked, to the page around it. Code of a page is never evaluated here.
 */
import type { Manifest } from '../manifest.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import type { FromRelay } from '../protocol/messages.ts';
import { readToRelay } from '../protocol/read.ts';
import type { StockRequests } from '../sandpack/requests.ts';
import { createCompiler } from './compiler.ts';
import { createExecute } from './execution.ts';
import { failureReport } from './failure.ts';
import { createFiles } from './files.ts';
import { createPageRequests } from './page-requests.ts';
import { createSandbox } from './sandbox.ts';
import { openFrame } from './sandbox-frame.ts';

/** The sandboxed frame's document, put in by the build. */
declare const FRAME_HTML: string;
/** What programs may import, likewise. */
declare const MANIFEST: Manifest;

function start(page: Window): void {
  const files = createFiles(document.baseURI, MANIFEST);
  const compiler = createCompiler(() => new Worker(new URL('compile.js', document.baseURI)));
  const sandbox = createSandbox({
    open: () => openFrame(FRAME_HTML),
    assets: async () => {
      const [worker, library] = await Promise.all([files.text('worker.js'), files.library(['eventsourcing'])]);
      return { worker, library };
    },
  });
  const execute = createExecute({
    sandbox,
    supplies: ({ modules }, listen) =>
      files.supplies(
        modules.flatMap(({ imports }) => imports),
        listen,
      ),
    tracer: async (program) => (await files.tracer()).createTrace(program),
  });
  const going = oneAtATime();
  const post = (message: object) => page.postMessage(message, location.origin);
  const parts = { compiler, execute, explain: failureReport, going, post };
  const handle = createPageRequests(parts);
  let loading: Promise<StockRequests> | undefined;
  /** A page that does not speak our own protocol has a stock Sandpack client on it. */
  const handleStock = async (data: unknown) => {
    loading ??= files.stockClient().then((stock) => stock.createStockRequests(parts));
    await (await loading).handle(data);
  };

  addEventListener('message', ({ source, origin, data }: MessageEvent) => {
    if (source !== page || origin !== location.origin) return;
    const message = readToRelay(data);
    if (message) void handle(message);
    else void handleStock(data);
  });
  sandbox.warm();
  post({ type: 'ready' } satisfies FromRelay);
  post({ type: 'initialized', codesandbox: true }); // the same, to a stock Sandpack client
}

if (parent !== self) start(parent);
