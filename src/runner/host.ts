import type { ErrorReport } from '../probe/entry.ts';
import { START_TIMEOUT_MS } from './limits.ts';
import { readFromRelay } from './protocol.ts';
import type { RunEvent, Runner, RunRequest, RunStatus } from './runner.ts';

export interface RunnerOptions {
  /** The relay's address (`relay.html` of the runner's files), absolute, on the page's own origin. */
  readonly url: string;
}

interface Current {
  readonly number: number;
  readonly listen: (event: RunEvent) => void;
  readonly finish: (status: RunStatus) => void;
}

/** A runner for the whole page. It makes its hidden frame when it is first warmed or used. */
export function createRunner({ url }: RunnerOptions): Runner {
  const id = `workbook-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
  const { origin } = new URL(url);
  let frame: HTMLIFrameElement | undefined;
  let startTimer: ReturnType<typeof setTimeout> | undefined;
  let ready = false;
  let current: Current | undefined;
  /** What the relay is to do as soon as it listens. */
  let request: object | undefined;
  let last = 0;

  const post = (message: object) =>
    frame?.contentWindow?.postMessage({ $id: id, codesandbox: true, ...message }, origin);

  const end = (status: RunStatus) => {
    const ended = current;
    current = undefined;
    request = undefined;
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
    const news = readFromRelay(data, id);
    if (news?.type === 'initialized') {
      if (ready) return;
      watch(frame);
      clearTimeout(startTimer);
      ready = true;
      post({ type: 'register-frame', origin: location.origin, id });
      if (request) post(request);
      return;
    }
    if (!news || !current || news.run !== current.number) return;
    if (news.type === 'console') current.listen({ type: 'console', entry: news.entry });
    else if (news.type === 'error') current.listen({ type: 'error', error: news.error });
    else if (news.type === 'test') current.listen({ type: 'test', result: news.result });
    else if (news.type === 'progress') current.listen({ type: 'progress', progress: news.progress });
    else end(news.status);
  };

  return {
    warm: open,
    run(what: RunRequest, listen, signal) {
      end('stopped');
      open();
      const number = ++last;
      const content = 'program' in what ? { 'x-program': what.program } : { 'x-source': what.source };
      request = { type: 'compile', modules: {}, 'x-run': number, ...content };
      if (ready) post(request);
      signal.addEventListener('abort', () => {
        if (current?.number !== number) return;
        post({ type: 'x-stop', 'x-run': number });
        end('stopped');
      });
      return new Promise((finish) => {
        current = { number, listen, finish };
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
