import { START_TIMEOUT_MS } from '../limits.ts';
import type { Library, ToFrame } from '../protocol/messages.ts';

/** A frame that holds nothing but our own script, and listens. */
export interface SandboxFrame {
  readonly port: MessagePort;
  /** The names of the binaries that it has been sent. */
  readonly received: Set<string>;
  close(): void;
}

export interface FrameParts {
  open(): Promise<SandboxFrame>;
  /** What each Worker starts from. */
  assets(): Promise<{ readonly worker: string; readonly library: Library }>;
}

export function send({ port }: SandboxFrame, message: ToFrame): void {
  port.postMessage(message);
}

/** One frame, opened and furnished when it is first asked for, and anew after it was dropped or could not be made. */
export function keepFrame({ open, assets }: FrameParts, receive: (data: unknown) => void) {
  let frame: Promise<SandboxFrame> | undefined;

  const prepare = async (): Promise<SandboxFrame> => {
    const [opened, { worker, library }] = await Promise.all([open(), assets()]);
    send(opened, { type: 'assets', worker, library });
    opened.port.onmessage = ({ data }: MessageEvent) => receive(data);
    return opened;
  };
  return {
    ready(): Promise<SandboxFrame> {
      frame ??= prepare().catch((error: unknown) => {
        frame = undefined;
        throw error;
      });
      return frame;
    },
    /** The one that there is, or that is being made. */
    current: () => frame,
    drop(lost: SandboxFrame) {
      lost.close();
      frame = undefined;
    },
  };
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
          received: new Set(),
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
