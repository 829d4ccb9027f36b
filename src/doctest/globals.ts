import type { Probe } from '../probe/probe.ts';
import { closeNetwork } from './network.ts';

/** The globals of a page, for as long as one of its fences runs. */
export interface Confined {
  /** Waits, with the platform's own timers; `late` if it takes longer than so many milliseconds. */
  limit<T>(milliseconds: number, promise: Promise<T>): Promise<T | 'late'>;
  /** Lets the event loop turn, and what asks the system something get its answer, so that Node can report rejections. */
  turn(): Promise<void>;
  restore(): void;
}

export interface Confinement {
  /** Whether the fence runs in Node only, and sees Node's own environment. */
  readonly node: boolean;
  /** The folder to be in. */
  readonly folder?: string | undefined;
  /** What is added to the environment of a fence in Node. */
  readonly env: Readonly<Record<string, string>>;
  /** A database, by its URL, whose server a live fence can reach. */
  readonly reachable?: string | undefined;
}

/** How long a fence that has ended waits for answers, in ms: a file that is read takes one of them. */
const ANSWER_LIMIT = 1000;

/**
 * Puts the probe's console and timers in place of the global ones, takes away the environment and the network (unless the
 * fence is one for Node), and catches what nobody else does: within a fence that is the fence's failure, and not the test runner's.
 */
export function confineGlobals(
  probe: Probe,
  { node, folder, env: more, reachable }: Confinement,
  stray: (error: unknown) => void,
): Confined {
  const { console, setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = globalThis;
  const { env } = process;
  const release = takeStray(stray);
  Object.assign(globalThis, { console: probe.console, ...probe.timers });
  process.env = node ? { ...env, ...more } : {};
  const openNetwork = node ? () => {} : closeNetwork(reachable);
  const outside = process.cwd();
  if (folder !== undefined) process.chdir(folder);

  return {
    async limit(milliseconds, promise) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), milliseconds);
      });
      try {
        return await Promise.race([promise, late]);
      } finally {
        clearTimeout(timer);
      }
    },
    turn: () => answers(setTimeout, setImmediate),
    restore() {
      const native = { console, setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate };
      Object.assign(globalThis, native);
      process.env = env;
      openNetwork();
      process.chdir(outside);
      release();
    },
  };
}

/** Catches what nobody handles outside of any fence, until the page is over. */
export function catchStray(): { end(): Promise<readonly unknown[]> } {
  const errors: unknown[] = [];
  const release = takeStray((error) => errors.push(error));
  const { setTimeout, setImmediate } = globalThis;
  return {
    async end() {
      await answers(setTimeout, setImmediate);
      release();
      return errors;
    },
  };
}

/** Puts a listener in place of all others that hear of errors that nobody handles; returns how to undo that. */
function takeStray(stray: (error: unknown) => void): () => void {
  const rejection = process.listeners('unhandledRejection');
  const exception = process.listeners('uncaughtException');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', stray);
  process.removeAllListeners('uncaughtException').on('uncaughtException', stray);
  return () => {
    process.off('unhandledRejection', stray).off('uncaughtException', stray);
    for (const listener of rejection) process.on('unhandledRejection', listener);
    for (const listener of exception) process.on('uncaughtException', listener);
  };
}

/** Waits, with the platform's own timers, until nothing that was asked of the system is left without an answer. */
async function answers(later: typeof globalThis.setTimeout, next: typeof globalThis.setImmediate): Promise<void> {
  const until = performance.now() + ANSWER_LIMIT;
  await new Promise((resolve) => next(resolve));
  while (isAsking() && performance.now() < until) await new Promise((resolve) => later(resolve, 1));
  await new Promise((resolve) => next(resolve));
}

/** Whether something waits for the system to read a file, to look up a name or the like: each of these comes to an end. */
function isAsking(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.includes('Req'));
}
