import type { Application, LogRange } from '../index.ts';
import { toWire } from './wire.ts';

/** How often something is sent, so that nobody in between takes the connection for dead, in milliseconds. */
const HEARTBEAT_MS = 15_000;

/** Sends notifications as they are stored, as Server-Sent Events. */
export function streamOf(
  application: Application,
  { start, limit, topics }: LogRange,
  { pollInterval, signal }: { readonly pollInterval: number; readonly signal: AbortSignal },
): Response {
  const encoder = new TextEncoder();
  const { notificationLog } = application;
  let next = start;
  let wake = () => {};
  let isOver = false;
  let lastSent = Date.now();
  const end = () => {
    isOver = true;
    wake();
  };
  const stopListening = application.afterSave(() => wake());
  signal.addEventListener('abort', end);
  const finish = () => {
    stopListening();
    signal.removeEventListener('abort', end);
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      while (!isOver) {
        // What is stored while this reads wakes it as well.
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const items = await notificationLog.stored({ start: next, limit, topics });
        for (const item of items) {
          controller.enqueue(encoder.encode(`id: ${item.id}\ndata: ${JSON.stringify(toWire(item))}\n\n`));
          next = item.id + 1;
          lastSent = Date.now();
        }
        if (items.length > 0) return;
        if (Date.now() - lastSent >= HEARTBEAT_MS) {
          controller.enqueue(encoder.encode(': nothing new\n\n'));
          lastSent = Date.now();
          return;
        }
        const timer = setTimeout(() => wake(), pollInterval);
        await woken;
        clearTimeout(timer);
      }
      finish();
      controller.close();
    },
    cancel() {
      isOver = true;
      wake();
      finish();
    },
  });
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' } });
}
