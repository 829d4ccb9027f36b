import { createRunner } from '../../../src/runner/host.ts';
import type { RunEvent, RunRequest, RunStatus } from '../../../src/runner/runner.ts';

export interface Outcome {
  readonly status: RunStatus;
  readonly events: readonly RunEvent[];
}

declare global {
  interface Window {
    warm(): void;
    /** Runs to the end, or stops after the given time. */
    run(request: RunRequest, stopAfterMs?: number): Promise<Outcome>;
  }
}

const runner = createRunner({ url: new URL('runner/relay.html', location.href).href });

window.warm = () => runner.warm();
window.run = async (request, stopAfterMs) => {
  const events: RunEvent[] = [];
  const run = runner.run(request, (event) => events.push(event));
  if (stopAfterMs !== undefined) setTimeout(() => run.stop(), stopAfterMs);
  return { status: await run.finished, events };
};
