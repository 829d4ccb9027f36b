import type { ErrorReport } from '../probe/entry.ts';
import { START_TIMEOUT_MS } from './limits.ts';
import type { ToRelay } from './protocol/messages.ts';
import { readFromRelay } from './protocol/read.ts';
import type { RunEvent, Runner, RunStatus } from './runner.ts';

export interface RunnerOptions {
  /** The relay's address (`relay.html` of the runner's files), absolute, on the page's own origin. */
  readonly url: string;
}

interface Current {
  /** What the relay is to do as soon as it listens. */
  readonly asked: Extract<ToRelay, { type: 'run' }>;
  readonly listen: (event: RunEvent) => void;
  readonly finish: (status: RunStatus) => void;
}

/** A runner for the whole page. It makes its hidden frame when it is first warmed or used. */
export function createRunner({ url }: RunnerOptions): Runner {
  const { origin } = new URL(url);
  let frame: HTMLIFrameElement | undefined;
  let startTimer: ReturnType<typeof setTimeout> | undefined;
  let ready = false;
  let current: Current | undefined;
  let last = 0;

  const post = (message: ToRelay) => frame?.contentWindow?.postMessage(message, origin);

  const end = (status: RunStatus) => {
    const ended = current;
    current = undefined;
    ended?.finish(status);
  };

  const open = () => {
    // Whoever takes elements from the page may take this one.
    if (frame && !frame.isConnected) close(LOST);
    if (frame) return;
    frame = document.createElement('iframe');
    frame.hidden = true;
    frame.title = 'Runner';
    frame.src = url;
    addEventListener('message', receive);
    document.body.append(frame);
    startTimer = setTimeout(() => close(NOT_LOADED), START_TIMEOUT_MS);
  };
  /** The relay is gone or does not answer: a run that waits for it ends, and the next one starts from nothing. */
  const close = (error: ErrorReport) => {
    removeEventListener('message', receive);
    clearTimeout(startTimer);
    const gone = frame;
    frame = undefined;
    ready = false;
    // Not within the event that tells of its removal: a frame cannot be removed twice at once.
    queueMicrotask(() => gone?.remove());
    current?.listen({ type: 'error', error });
    end('error');
  };
  /** From when the relay listens: if its document goes, by a navigation or with its frame, it will never answer. */
  const watch = (watched: HTMLIFrameElement) => {
    const lost = () => {
      if (frame === watched) close(LOST);
    };
    watched.contentWindow?.addEventListener('pagehide', lost, { once: true });
  };

  const receive = ({ source, origin: from, data }: MessageEvent) => {
    if (!frame || source !== frame.contentWindow || from !== origin) return;
    const said = readFromRelay(data);
    if (said?.type === 'ready') {
      if (ready) return;
      watch(frame);
      clearTimeout(startTimer);
      ready = true;
      if (current) post(current.asked);
    } else if (said && said.run === current?.asked.run) {
      if (said.message.type === 'ended') end(said.message.status);
      else current.listen(said.message);
    }
  };

  return {
    warm: open,
    run(request, listen, signal) {
      end('stopped');
      open();
      const asked = { type: 'run', run: ++last, request } as const;
      if (ready) post(asked);
      signal.addEventListener('abort', () => {
        if (current?.asked !== asked) return;
        post({ type: 'stop', run: asked.run });
        end('stopped');
      });
      return new Promise((finish) => {
        current = { asked, listen, finish };
      });
    },
  };
}

const NOT_LOADED: ErrorReport = {
  name: 'Stopped',
  code: 'RUN_UNAVAILABLE',
  message: 'The runner could not be loaded.',
  frames: [],
  hint: 'Check the connection and run it again, or reload the page.',
};
const LOST: ErrorReport = {
  name: 'Stopped',
  code: 'RUN_LOST',
  message: 'The runner was taken from the page, or left for another one, while the code ran.',
  frames: [],
  hint: 'Run it again: a new runner is made for it. If this goes on, look for a browser extension that changes pages.',
};
