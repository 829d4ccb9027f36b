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
    /** The same, with what the runs before have kept; and how often something was sent to be kept. */
    runKeeping(request: RunRequest, stopAt?: StopAt): Promise<Outcome & { readonly sent: number }>;
  }
}

const runner = createRunner({ url: new URL('runner/relay.html', location.href).href });

/** What is kept, by name, as a page keeps it. */
const databases = new Map<string, ArrayBuffer>();

window.runKeeping = async (request, stopAt) => {
  const kept = [...databases].map(([name, bytes]) => ({ name, bytes }));
  const { status, events } = await window.run({ ...request, kept }, stopAt);
  const others = events.filter(({ type }) => type !== 'kept');
  return { status, events: others, sent: events.length - others.length };
};
window.warm = () => runner.warm();
window.run = async (request, stopAt) => {
  const events: RunEvent[] = [];
  const stop = new AbortController();
  if (typeof stopAt === 'number') setTimeout(() => stop.abort(), stopAt);
  const listen = (event: RunEvent) => {
    events.push(event);
    if (event.type === 'kept') databases.set(event.database.name, event.database.bytes);
    if (event.type === stopAt) queueMicrotask(() => stop.abort());
  };
  return { status: await runner.run(request, listen, stop.signal), events };
};
