/**
 * The sandboxed frame: an opaque origin that holds one Worker per run, and a spare one. It runs no code of a page
 * itself, since in some browsers it shares its thread with the page.
 */
import type { FromFrame, KillReason, Library, Prepared, ToFrame, ToWorker } from '../inner.ts';
import { MAX_CHARACTERS, MAX_MESSAGES, MAX_UNANSWERED, MAX_UNANSWERED_STARTING } from '../limits.ts';
import { createMeter } from '../meter.ts';
import { createPulse } from '../pulse.ts';

/** Tests, errors and the end of a run come on top of its console messages. */
const OTHER_MESSAGES = 500;

addEventListener('message', ({ ports: [port] }: MessageEvent) => port && serve(port), { once: true });

function serve(port: MessagePort): void {
  let assets: { workerUrl: string; library: Library } | undefined;
  let spare: Worker | undefined;
  let stopCurrent = () => {};
  /** Compiled once, for all runs: a Worker takes the compiled code over. */
  const binaries = new Map<string, Promise<ArrayBuffer | WebAssembly.Module>>();

  const post = (message: FromFrame) => port.postMessage(message);
  const makeSpare = () => {
    if (!assets || spare) return;
    spare = new Worker(assets.workerUrl);
    send(spare, { type: 'load', library: assets.library });
  };

  const start = (request: Extract<ToFrame, { type: 'run' }>) => {
    stopCurrent();
    makeSpare();
    const worker = spare;
    spare = undefined;
    if (!worker) return;
    const { run, modules, library, binaries: needed, target } = request;
    const meter = createMeter(MAX_MESSAGES + OTHER_MESSAGES, MAX_CHARACTERS * 2);
    const pulse = createPulse(
      () => send(worker, { type: 'ping' }),
      () => kill('loop'),
    );
    const end = () => {
      pulse.stop();
      worker.onmessage = null;
      worker.onerror = null;
      worker.terminate();
      stopCurrent = () => {};
      makeSpare();
    };
    const kill = (reason: KillReason) => {
      end();
      post({ type: 'killed', run, reason });
    };
    stopCurrent = end;
    worker.onerror = (event) => {
      event.preventDefault();
      kill('crash');
    };
    worker.onmessage = ({ data }: MessageEvent) => {
      if (data?.type === 'pong') pulse.answered();
      if (data?.type === 'starting') pulse.allow(MAX_UNANSWERED_STARTING);
      if (data?.type === 'running') pulse.allow(MAX_UNANSWERED);
      if (data?.type === 'flood' || !meter.allows(data)) return kill('flood');
      if (data?.type !== 'pong') port.postMessage({ type: 'message', run, message: data });
      if (data?.type === 'settled') end();
    };
    prepared(needed).then(
      (ready) => {
        if (stopCurrent !== end) return;
        send(worker, { type: 'run', modules, library, binaries: ready, target });
        pulse.start();
      },
      () => stopCurrent === end && kill('crash'),
    );
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
        return stopCurrent();
      case 'ping':
        return post({ type: 'pong' });
    }
  };
}

async function prepare(name: string, bytes: ArrayBuffer): Promise<ArrayBuffer | WebAssembly.Module> {
  return name.endsWith('.wasm') ? WebAssembly.compile(bytes) : bytes;
}

function send(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}
