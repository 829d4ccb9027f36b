/**
 * The sandboxed frame: an opaque origin that holds one Worker per run, and a spare one. It runs no code of a page
 * itself, since in some browsers it shares its thread with the page.
 */
import { oneAtATime } from '../one-at-a-time.ts';
import type { FromFrame, Library, Prepared, ToFrame, ToWorker } from '../protocol/messages.ts';
import { type Cell, execute } from './execute.ts';

addEventListener('message', listen);

function listen({ source, ports: [port] }: MessageEvent): void {
  if (source !== parent || !port) return;
  removeEventListener('message', listen);
  serve(port);
}

function serve(port: MessagePort): void {
  let assets: { workerUrl: string; library: Library } | undefined;
  let spare: Cell | undefined;
  const going = oneAtATime();
  /** Compiled once, for all runs: a Worker takes the compiled code over. */
  const binaries = new Map<string, Promise<ArrayBuffer | WebAssembly.Module>>();

  const post = (message: FromFrame) => port.postMessage(message);
  const makeSpare = () => {
    if (!assets || spare) return;
    const worker = new Worker(assets.workerUrl);
    const { port1, port2 } = new MessageChannel();
    const first: ToWorker = { type: 'load', library: assets.library };
    worker.postMessage(first, [port2]);
    spare = { worker, port: port1 };
  };

  const start = (request: Extract<ToFrame, { type: 'run' }>) => {
    const signal = going.start();
    makeSpare();
    const cell = spare;
    spare = undefined;
    if (!cell) return post({ type: 'killed', run: request.run, reason: 'unprepared' });
    execute(cell, request, prepared(request.binaries), post, going, signal);
    signal.addEventListener('abort', makeSpare);
  };

  const prepared = async (names: readonly string[]): Promise<Prepared> =>
    Object.fromEntries(
      await Promise.all(
        names.map(async (name) => {
          const binary = await binaries.get(name);
          if (!binary) throw new Error(`The binary ${name} has not been sent.`);
          return [name, binary] as const;
        }),
      ),
    );

  port.onmessage = ({ data }: MessageEvent<ToFrame>) => {
    switch (data.type) {
      case 'assets':
        assets = {
          workerUrl: URL.createObjectURL(new Blob([data.worker], { type: 'text/javascript' })),
          library: data.library,
        };
        return makeSpare();
      case 'binary':
        binaries.set(data.name, prepare(data.name, data.bytes));
        return;
      case 'run':
        return start(data);
      case 'stop':
        return going.stop();
      case 'ping':
        return post({ type: 'pong' });
    }
  };
}

async function prepare(name: string, bytes: ArrayBuffer): Promise<ArrayBuffer | WebAssembly.Module> {
  return name.endsWith('.wasm') ? WebAssembly.compile(bytes) : bytes;
}
