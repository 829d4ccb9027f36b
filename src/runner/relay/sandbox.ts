import type { CompiledProgram } from '../../compiler/program.ts';
import {
  type FromFrame,
  type KillReason,
  type Library,
  type RunMessage,
  readFromFrame,
  type ToFrame,
} from '../inner.ts';
import { MAX_UNANSWERED, PING_EVERY_MS, START_TIMEOUT_MS } from '../limits.ts';

/** Why a run was ended from outside: by the frame, or because the frame itself was lost. */
export type EndReason = KillReason | 'lost';

export interface SandboxListener {
  message(message: RunMessage): void;
  killed(reason: EndReason): void;
}

/** The sandboxed frame, made anew whenever it is lost. */
export interface Sandbox {
  /** Executes a program, and ends the one before. Rejects if no frame can be made. */
  run(program: CompiledProgram, library: Library, listener: SandboxListener): Promise<void>;
  stop(): void;
  /** Makes the frame and a spare Worker ready. A failure is met again, and reported, by the first run. */
  warm(): void;
}

export interface SandboxParts {
  /** Makes a frame that holds nothing but our own script, and resolves when the script listens. */
  open(): Promise<SandboxFrame>;
  /** What each Worker starts from. */
  assets(): Promise<{ readonly worker: string; readonly library: Library }>;
}

export interface SandboxFrame {
  readonly port: MessagePort;
  close(): void;
}

export function createSandbox({ open, assets }: SandboxParts): Sandbox {
  let frame: Promise<SandboxFrame> | undefined;
  let current: { readonly run: number; readonly listener: SandboxListener } | undefined;
  let last = 0;

  const prepare = async (): Promise<SandboxFrame> => {
    const [opened, { worker, library }] = await Promise.all([open(), assets()]);
    send(opened, { type: 'assets', worker, library });
    watch(opened);
    return opened;
  };
  const ready = (): Promise<SandboxFrame> => {
    frame ??= prepare().catch((error: unknown) => {
      frame = undefined;
      throw error;
    });
    return frame;
  };
  const discard = (lost: SandboxFrame) => {
    lost.close();
    frame = undefined;
  };

  const watch = (watched: SandboxFrame) => {
    let unanswered = 0;
    const timer = setInterval(() => {
      if (unanswered >= MAX_UNANSWERED) {
        clearInterval(timer);
        discard(watched);
        const ended = current;
        current = undefined;
        ended?.listener.killed('lost');
        return;
      }
      unanswered++;
      send(watched, { type: 'ping' });
    }, PING_EVERY_MS);
    watched.port.onmessage = ({ data }: MessageEvent) => {
      const message = readFromFrame(data);
      if (message?.type === 'pong') unanswered = 0;
      else if (message && message.run === current?.run) deliver(message);
    };
  };
  const deliver = (message: Exclude<FromFrame, { type: 'pong' }>) => {
    const listener = current?.listener;
    if (message.type === 'killed' || message.message.type === 'settled') current = undefined;
    if (message.type === 'killed') listener?.killed(message.reason);
    else listener?.message(message.message);
  };

  return {
    async run(program, library, listener) {
      const run = ++last;
      current = { run, listener };
      const opened = await ready();
      if (current?.run !== run) return;
      const modules = program.modules.map(({ name, code }) => ({ name, code }));
      send(opened, { type: 'run', run, modules, library, target: program.target });
    },
    warm() {
      ready().catch(() => undefined);
    },
    stop() {
      current = undefined;
      frame?.then((opened) => send(opened, { type: 'stop' })).catch(() => undefined); // whoever asked for the frame heard
    },
  };
}

function send({ port }: SandboxFrame, message: ToFrame): void {
  port.postMessage(message);
}

/** Opens a frame in this document. Its content comes as text, since an address would be fetched past the site's cache. */
export function openFrame(html: string): Promise<SandboxFrame> {
  return new Promise((resolve, reject) => {
    const element = document.createElement('iframe');
    const timer = setTimeout(() => {
      element.remove();
      reject(new Error('The sandbox for running code did not start. Reload the page to try again.'));
    }, START_TIMEOUT_MS);
    element.setAttribute('sandbox', 'allow-scripts');
    element.setAttribute('title', 'Sandbox');
    element.srcdoc = html;
    element.addEventListener(
      'load',
      () => {
        clearTimeout(timer);
        const { port1, port2 } = new MessageChannel();
        element.contentWindow?.postMessage('port', '*', [port2]);
        resolve({
          port: port1,
          close() {
            port1.close();
            element.remove();
          },
        });
      },
      { once: true },
    );
    document.body.append(element);
  });
}
