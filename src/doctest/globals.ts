import type { Probe } from '../probe/probe.ts';

/** The globals of a page, for as long as one of its fences runs. */
export interface Confined {
  /** Waits, with the platform's own timers; `late` if it takes longer than so many milliseconds. */
  limit<T>(milliseconds: number, promise: Promise<T>): Promise<T | 'late'>;
  /** Lets the event loop turn, so that Node can report rejections that nobody handles. */
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
}

/**
 * Puts the probe's console and timers in place of the global ones, takes away the environment, and catches what nobody
 * else does: within a fence that is the fence's failure, and not the test runner's.
 */
export function confineGlobals(
  probe: Probe,
  { node, folder, env: more }: Confinement,
  stray: (error: unknown) => void,
): Confined {
  const { console, setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = globalThis;
  const { env } = process;
  const rejection = process.listeners('unhandledRejection');
  const exception = process.listeners('uncaughtException');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', stray);
  process.removeAllListeners('uncaughtException').on('uncaughtException', stray);
  Object.assign(globalThis, { console: probe.console, ...probe.timers });
  process.env = node ? { ...env, ...more } : {};
  const outside = folder === undefined ? undefined : process.cwd();
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
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    restore() {
      const native = { console, setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate };
      Object.assign(globalThis, native);
      process.env = env;
      if (outside !== undefined) process.chdir(outside);
      process.off('unhandledRejection', stray).off('uncaughtException', stray);
      for (const listener of rejection) process.on('unhandledRejection', listener);
      for (const listener of exception) process.on('uncaughtException', listener);
    },
  };
}
