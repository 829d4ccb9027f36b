/**
 * The sandboxed frame: an opaque origin that holds one Worker per run, and a spare one. It runs no code of a page
 * itself, since in some browsers it shares its thread with the page.
 */
import {
  type FromFrame,
  type FromWorker,
  type KillReason,
  type Library,
  type Prepared,
  readFromWorker,
  type ToFrame,
  type ToWorker,
} from '../inner.ts';
import {
  MAX_CHARACTERS,
  MAX_MESSAGES,
  MAX_OWN_MESSAGES,
  MAX_REPORTS,
  MAX_UNANSWERED,
  MAX_UNANSWERED_STARTING,
} from '../limits.ts';
import { createMeter } from '../meter.ts';
import { createPulse } from '../pulse.ts';
import { decode } from '../wire.ts';

/**
 * A Worker ends a flood itself, at the very line. This is for one that no longer does: a little above its own limits, so
 * that its word comes first.
 */
const LIMITS = { lines: MAX_MESSAGES + 1, reports: MAX_REPORTS + 1, characters: MAX_CHARACTERS * 1.1 };

/** A Worker, and the port over which it speaks. Code of a page has no hold of that port, and so cannot speak for it. */
interface Cell {
  readonly worker: Worker;
  readonly port: MessagePort;
}

addEventListener('message', listen);

function listen({ source, ports: [port] }: MessageEvent): void {
  if (source !== parent || !port) return;
  removeEventListener('message', listen);
  serve(port);
}

function serve(port: MessagePort): void {
  let assets: { workerUrl: string; library: Library } | undefined;
  let spare: Cell | undefined;
  let stopCurrent = () => {};
  /** Compiled once, for all runs: a Worker takes the compiled code over. */
  const binaries = new Map<string, Promise<ArrayBuffer | WebAssembly.Module>>();

  const post = (message: FromFrame) => port.postMessage(message);
  const makeSpare = () => {
    if (!assets || spare) return;
    const worker = new Worker(assets.workerUrl);
    const { port1, port2 } = new MessageChannel();
    send(worker, { type: 'load', library: assets.library }, [port2]);
    spare = { worker, port: port1 };
  };

  const start = (request: Extract<ToFrame, { type: 'run' }>) => {
    const { run, modules, library, binaries: needed, target } = request;
    stopCurrent();
    makeSpare();
    const cell = spare;
    spare = undefined;
    if (!cell) return post({ type: 'killed', run, reason: 'unprepared' });
    const { worker } = cell;
    const meter = createMeter(LIMITS);
    let ownMessages = 0;
    const pulse = createPulse(
      () => send(worker, { type: 'ping' }),
      () => kill('loop'),
    );
    const end = () => {
      pulse.stop();
      worker.onmessage = null;
      worker.onmessageerror = null;
      worker.onerror = null;
      cell.port.onmessage = null;
      cell.port.close();
      worker.terminate();
      stopCurrent = () => {};
      makeSpare();
    };
    const kill = (reason: KillReason) => {
      end();
      post({ type: 'killed', run, reason });
    };
    const hear = (said: FromWorker, size: number) => {
      // An answer that nobody asked for is a message like any other.
      if (said.type === 'pong' && pulse.answered()) return;
      if (said.type === 'closed') return kill('closed');
      if (said.type === 'excess') return kill(said.excess);
      if (said.type === 'pong') return countOwn();
      const excess = meter.add(said, size);
      if (excess) return kill(excess);
      if (said.type === 'starting') pulse.allow(MAX_UNANSWERED_STARTING);
      if (said.type === 'running') pulse.allow(MAX_UNANSWERED);
      post({ type: 'message', run, message: said });
      if (said.type === 'settled') end();
    };
    /** What did not come over the port is for nobody: it is not even read, since a large value takes long to read. */
    const countOwn = () => {
      ownMessages++;
      if (ownMessages > MAX_OWN_MESSAGES) kill('own-messages');
    };
    stopCurrent = end;
    worker.onerror = (event) => {
      event.preventDefault();
      kill('crash');
    };
    worker.onmessage = countOwn;
    worker.onmessageerror = countOwn;
    cell.port.onmessage = ({ data }: MessageEvent<unknown>) => {
      const said = readFromWorker(decode(data));
      if (said) hear(said, typeof data === 'string' ? data.length : 0);
      else countOwn();
    };
    prepared(needed).then(
      (ready) => {
        if (stopCurrent !== end) return;
        send(worker, { type: 'run', modules, library, binaries: ready, target });
        pulse.start();
      },
      () => stopCurrent === end && kill('unprepared'),
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

function send(worker: Worker, message: ToWorker, transfer: Transferable[] = []): void {
  worker.postMessage(message, transfer);
}
