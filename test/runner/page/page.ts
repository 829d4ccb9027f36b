import { createRunner } from '../../../src/runner/host.ts';
import type { RunEvent, RunRequest, RunStatus } from '../../../src/runner/runner.ts';

export interface Outcome {
  readonly status: RunStatus;
  readonly events: readonly RunEvent[];
}

/** When a test stops a run: after so many milliseconds, or when the run first sends an event of this type. */
export type StopAt = number | RunEvent['type'];

declare global {
  interface Window {
    warm(): void;
    /** Runs to the end, or until it's stopped. */
    run(request: RunRequest, stopAt?: StopAt): Promise<Outcome>;
  }
}

const runner = createRunner({ url: new URL('runner/relay.html', location.href).href });

window.warm = () => runner.warm();
window.run = async (request, stopAt) => {
  const events: RunEvent[] = [];
  const stop = new AbortController();
  if (typeof stopAt === 'number') setTimeout(() => stop.abort(), stopAt);
  const listen = (event: RunEvent) => {
    events.push(event);
    if (event.type === stopAt) queueMicrotask(() => stop.abort());
  };
  return { status: await runner.run(request, listen, stop.signal), events };
};
