import { oneAtATime } from '../../runner/one-at-a-time.ts';
import type { RunEvent, RunProgress, RunStatus } from '../../runner/runner.ts';
import type { Console } from './console.ts';
import type { Figure } from './figure.ts';
import type { Keeping } from './keeping.ts';
import type { PageState } from './page-state.ts';

const BYTES_PER_MEGABYTE = 1_000_000;

/** Runs programs of a figure, one at a time. What was replaced or stopped says nothing more. */
export interface Running {
  /** Runs the figure's program up to the fence that is shown. */
  run(): Promise<void>;
  /** Runs a program that checks the fence that is shown. The signal is aborted when the checks are stopped or replaced. */
  check(target: string, listen: (event: RunEvent) => void): Promise<{ status: RunStatus; signal: AbortSignal }>;
  /** Ends what runs, and says so. */
  stop(): Promise<void>;
  /** Ends what runs, and takes away what it said. */
  clear(): void;
}

export function createRunning(figure: Figure, console: Console, page: PageState, keeping: Keeping): Running {
  const { shown, needs, tell, onStore } = figure;
  const going = oneAtATime();

  /** @param before the fences that the program has beside the one that is shown */
  const execute = async (
    target: string,
    before: readonly string[],
    others: string,
    signal: AbortSignal,
    listen?: (event: RunEvent) => void,
  ): Promise<RunStatus> => {
    const { fence } = shown();
    const store = page.stores.chosen;
    const fences = [...before, fence];
    page.save();
    page.clearErrors();
    console.output?.clear(others);
    tell('running', onStore('Running…'));
    const [live, output] = await Promise.all([page.live(), console.load(), page.showing.done()]);
    if (signal.aborted) return 'stopped';
    output.clear(others);
    const request = await keeping.addTo(await live.request(target, page.editsOf(fences), store));
    if (signal.aborted) return 'stopped';
    const hear = (event: RunEvent) => {
      if (event.type === 'console') output.entry(event.entry);
      if (event.type === 'kept') {
        keeping.save(event.database, (text) => output.entry({ fence, kind: 'error', text }));
      }
      if (event.type === 'progress') tell('running', describeProgress(event.progress));
      if (event.type === 'error') {
        const expected = isMeantToFail(event.error.fence);
        output.error(event.error, expected);
        const { at } = event.error;
        if (at && fences.includes(at.fence) && (!expected || at.fence === fence)) page.markError(at.fence, at.line);
      }
      listen?.(event);
    };
    return live.run(request, hear, signal);
  };

  const finish = async (status: RunStatus, signal: AbortSignal) => {
    // A run can be stopped before the console has come, and says so all the same.
    const output = console.output ?? (await console.load());
    if (signal.aborted) return;
    if (status === 'stopped') {
      // At once: what it printed may still take a while to be shown.
      tell('stopped', onStore('Stopped'));
      return output.end('Stopped before it printed anything.');
    }
    const asMeant = status === 'error' && figure.element.dataset.throws !== undefined;
    const failed = status === 'error' && !asMeant;
    await output.end(failed ? 'It ended with an error and printed nothing.' : 'It ran to its end and printed nothing.');
    if (signal.aborted) return;
    if (failed) tell('error', onStore('Ended with an error'), 'bad');
    else tell(status, onStore(asMeant ? 'Failed, as it is meant to' : 'Done'), asMeant ? '' : 'good');
  };

  return {
    async run() {
      const signal = going.start();
      figure.checks?.replaceChildren();
      const status = await execute(shown().fence, needs, 'earlier snippets', signal);
      if (!signal.aborted) await finish(status, signal);
    },
    async check(target, listen) {
      const signal = going.start();
      figure.checks?.replaceChildren();
      return { status: await execute(target, [], 'the checks', signal, listen), signal };
    },
    async stop() {
      if (figure.element.dataset.status === 'running') await finish('stopped', going.start());
    },
    clear() {
      going.stop();
      console.output?.clear('');
      figure.checks?.replaceChildren();
      tell('idle', '');
    },
  };
}

/** What the line beside the buttons says while something goes on. */
function describeProgress(progress: RunProgress): string {
  if (progress.stage === 'running') return 'Running…';
  if (progress.stage === 'starting') return `Starting ${progress.what}…`;
  const megabytes = (bytes: number) => (bytes / BYTES_PER_MEGABYTE).toFixed(1);
  return `Loading ${progress.what}… ${megabytes(progress.loaded)} of ${megabytes(progress.total)} MB`;
}

/** Whether a fence of this page says of itself that it throws. */
function isMeantToFail(fence: string | undefined): boolean {
  return fence !== undefined && document.getElementById(fence)?.dataset.throws !== undefined;
}
