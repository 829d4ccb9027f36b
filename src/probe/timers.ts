type Callback = (...args: unknown[]) => void;

/** Replacements for the global timer functions. Handles are numbers everywhere, so that they print the same. */
export interface TimerFunctions {
  setTimeout(callback: Callback, delay?: number, ...args: unknown[]): number;
  clearTimeout(handle?: unknown): void;
  setInterval(callback: Callback, delay?: number, ...args: unknown[]): number;
  clearInterval(handle?: unknown): void;
  setImmediate(callback: Callback, ...args: unknown[]): number;
  clearImmediate(handle?: unknown): void;
}

export interface Timers {
  readonly functions: TimerFunctions;
  /** How many timers are still to fire; an interval counts until it is cleared. */
  count(): number;
  /** Resolves when no timer is left and what the last one started has had its turn. */
  idle(): Promise<void>;
  /** Cancels every timer; waiters are released. */
  dispose(): void;
}

/** Tracks timers over the given native functions. What a callback throws goes to `failed`. */
export function createTimers(native: NativeTimers, failed: (error: unknown) => void): Timers {
  const active = new Map<number, unknown>();
  let waiting: (() => void)[] = [];
  let last = 0;

  const settle = () => {
    if (active.size > 0) return;
    const released = waiting;
    waiting = [];
    for (const release of released) release();
  };
  const guarded = (callback: Callback, args: unknown[]) => {
    try {
      callback(...args);
    } catch (error) {
      failed(error);
    }
  };
  const check = (callback: unknown) => {
    if (typeof callback !== 'function') throw new TypeError('A timer needs a function to call.');
  };
  const once = (callback: Callback, delay: number, args: unknown[]) => {
    check(callback);
    const handle = ++last;
    const fire = () => {
      active.delete(handle);
      guarded(callback, args);
      settle();
    };
    active.set(handle, native.setTimeout(fire, delay));
    return handle;
  };
  const clear = (handle: unknown) => {
    if (typeof handle !== 'number' || !active.has(handle)) return;
    // The numbers of time-outs and intervals come from one pool, in browsers and in Node.
    native.clearTimeout(active.get(handle));
    active.delete(handle);
    settle();
  };

  return {
    functions: {
      setTimeout: (callback, delay = 0, ...args) => once(callback, delay, args),
      setImmediate: (callback, ...args) => once(callback, 0, args),
      setInterval: (callback, delay = 0, ...args) => {
        check(callback);
        const handle = ++last;
        active.set(
          handle,
          native.setInterval(() => guarded(callback, args), delay),
        );
        return handle;
      },
      clearTimeout: clear,
      clearInterval: clear,
      clearImmediate: clear,
    },
    count: () => active.size,
    async idle() {
      // A turn of the event loop drains the microtasks, and those may start further timers: so look again after it.
      do {
        if (active.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
        await new Promise<void>((resolve) => native.setTimeout(resolve, 0));
      } while (active.size > 0);
    },
    dispose() {
      for (const timer of active.values()) native.clearTimeout(timer);
      active.clear();
      settle();
    },
  };
}

/** The platform's own timers, taken before they are replaced. */
export interface NativeTimers {
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(handle: unknown): void;
  setInterval(callback: () => void, delay: number): unknown;
}

export function nativeTimers(): NativeTimers {
  const { setTimeout, clearTimeout, setInterval } = globalThis;
  return {
    setTimeout: (callback, delay) => setTimeout(callback, delay),
    clearTimeout: (handle) => Reflect.apply(clearTimeout, globalThis, [handle]),
    setInterval: (callback, delay) => setInterval(callback, delay),
  };
}
