import {
  MAX_CHARACTERS,
  MAX_KEPT_TRAFFIC,
  MAX_MESSAGES,
  MAX_OWN_MESSAGES,
  MAX_REPORTS,
  MAX_UNANSWERED,
  MAX_UNANSWERED_STARTING,
} from '../limits.ts';
import { createMeter } from '../meter.ts';
import type { OneAtATime } from '../one-at-a-time.ts';
import type { FromFrame, FromWorker, KillReason, Prepared, ToFrame, ToWorker } from '../protocol/messages.ts';
import { readFromWorker } from '../protocol/read.ts';
import { readKeptEvent } from '../protocol/read-kept.ts';
import { decode } from '../protocol/wire.ts';
import { createPulse } from '../pulse.ts';

/**
 * A Worker ends a flood itself, at the very line. This is for one that no longer does: a little above its own limits, so
 * that its word comes first.
 */
const LIMITS = {
  lines: MAX_MESSAGES + 1,
  reports: MAX_REPORTS + 1,
  characters: MAX_CHARACTERS * 1.1,
  kept: MAX_KEPT_TRAFFIC * 1.1,
};

/** A Worker, and the port over which it speaks. Code of a page has no hold of that port, and so cannot speak for it. */
export interface Cell {
  readonly worker: Worker;
  readonly port: MessagePort;
}

/** Executes a program in a fresh Worker. The signal ends it, and the Worker with it, and so does whatever ends the run. */
export function execute(
  { worker, port }: Cell,
  { run, modules, library, target, kept }: Extract<ToFrame, { type: 'run' }>,
  binaries: Promise<Prepared>,
  post: (message: FromFrame) => void,
  going: OneAtATime,
  signal: AbortSignal,
): void {
  const send = (message: ToWorker) => worker.postMessage(message);
  const meter = createMeter(LIMITS);
  let ownMessages = 0;
  const pulse = createPulse(
    () => send({ type: 'ping' }),
    () => kill('loop'),
  );
  const kill = (reason: KillReason) => {
    going.stop();
    post({ type: 'killed', run, reason });
  };
  const hear = (said: FromWorker, size: number) => {
    // An answer that nobody asked for is a message like any other.
    if (said.type === 'pong') return pulse.answered() ? undefined : countOwn();
    if (said.type === 'closed') return kill('closed');
    if (said.type === 'excess') return kill(said.excess);
    const excess = meter.add(said, size);
    if (excess) return kill(excess);
    if (said.type === 'progress') {
      pulse.allow(said.progress.stage === 'running' ? MAX_UNANSWERED : MAX_UNANSWERED_STARTING);
    }
    post({ type: 'message', run, message: said });
    if (said.type === 'ended') going.stop();
  };
  /** What did not come over the port is for nobody: it is not even read, since a large value takes long to read. */
  const countOwn = () => {
    ownMessages++;
    if (ownMessages > MAX_OWN_MESSAGES) kill('own-messages');
  };
  worker.onerror = (event) => {
    event.preventDefault();
    kill('crash');
  };
  worker.onmessage = countOwn;
  worker.onmessageerror = countOwn;
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    const said = typeof data === 'string' ? readFromWorker(decode(data)) : readKeptEvent(data);
    if (said) hear(said, typeof data === 'string' ? data.length : 0);
    else countOwn();
  };
  signal.addEventListener('abort', () => {
    pulse.stop();
    worker.onmessage = null;
    worker.onmessageerror = null;
    worker.onerror = null;
    port.onmessage = null;
    port.close();
    worker.terminate();
  });
  binaries.then(
    (ready) => {
      if (signal.aborted) return;
      send({ type: 'run', modules, library, binaries: ready, target, kept });
      pulse.start();
    },
    () => signal.aborted || kill('unprepared'),
  );
}
