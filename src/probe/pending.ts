/** Storage operations of the library that have been started and have not settled. */
export interface PendingOperations {
  /** Their names, in order of their start: `save`, `update`, `get`, `select`. */
  names(): readonly string[];
  /** Counts the operations of the library's classes from now on; returns how to stop. */
  watch(library: object): () => void;
}

/** The operations to count, by the names of the library's exported classes. */
const WATCHED: Readonly<Record<string, readonly string[]>> = {
  Application: ['save', 'update'],
  Repository: ['get'],
  NotificationLog: ['select'],
};

export function createPending(): PendingOperations {
  const pending = new Map<number, string>();
  let last = 0;

  /** An `await` and not a `then` beside the caller's: engines follow a promise to who awaits it only if that is one. */
  const settled = async (result: Promise<unknown>, key: number): Promise<unknown> => {
    try {
      return await result;
    } finally {
      pending.delete(key);
    }
  };
  const counting = (name: string, original: (...args: unknown[]) => unknown) =>
    function (this: unknown, ...args: unknown[]): unknown {
      // Counted before it starts, so that the order is that of the calls, and not of the steps within them.
      const key = ++last;
      pending.set(key, name);
      let result: unknown;
      try {
        result = Reflect.apply(original, this, args);
      } catch (error) {
        pending.delete(key);
        throw error;
      }
      if (result instanceof Promise) return settled(result, key);
      pending.delete(key);
      return result;
    };

  return {
    names: () => [...pending.values()],
    watch(library) {
      const undo: (() => void)[] = [];
      for (const [className, methods] of Object.entries(WATCHED)) {
        const prototype = prototypeOf(Reflect.get(library, className));
        if (prototype === undefined) continue;
        for (const method of methods) {
          const before = Object.getOwnPropertyDescriptor(prototype, method);
          if (before === undefined || typeof before.value !== 'function') continue;
          const value = counting(method, before.value);
          Object.defineProperty(value, 'name', { value: method });
          Object.defineProperty(prototype, method, { ...before, value });
          undo.push(() => Object.defineProperty(prototype, method, before));
        }
      }
      return () => {
        for (const step of undo) step();
      };
    },
  };
}

function prototypeOf(value: unknown): object | undefined {
  if (typeof value !== 'function') return undefined;
  const prototype: unknown = value.prototype;
  return typeof prototype === 'object' && prototype !== null ? prototype : undefined;
}
