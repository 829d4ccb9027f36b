import type { Browser, Page } from 'playwright-core';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** In microseconds: how long it took, and how much of that a processor worked for this thread. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/**
 * The longest that the page's own thread (or that of the sandbox) was at work without a pause, in milliseconds. It is
 * processor time: on a busy machine a page waits for its turn, which is no fault of the page's.
 */
export async function longestTask(browser: Browser, page: Page, work: () => Promise<void>): Promise<number> {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  let trace: Buffer;
  try {
    await work();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const place = ({ pid, tid }: TraceEvent) => `${pid}:${tid}`;
  const threads = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(place),
  );
  const tasks = traceEvents.flatMap((event) =>
    event.name === 'ThreadControllerImpl::RunTask' && threads.has(place(event)) && event.tdur !== undefined
      ? [event.tdur / 1_000]
      : [],
  );
  if (tasks.length === 0) throw new Error('The trace holds no tasks of a page: Chromium calls them by another name.');
  return tasks.reduce((longest, task) => Math.max(longest, task), 0);
}
