import type { Keeping, Read } from '../library/runtime.ts';
import { KEEP_EVERY_MS, KEPT_AT_ONCE_BYTES, MAX_KEPT_BYTES, MAX_KEPT_DATABASES, MAX_KEPT_NAME } from '../limits.ts';
import type { Kept, KeptDatabase } from '../runner.ts';

// Taken before a program can replace them.
const queueMicrotask = globalThis.queueMicrotask.bind(globalThis);
const setTimeout = globalThis.setTimeout.bind(globalThis);
const clearTimeout = globalThis.clearTimeout.bind(globalThis);
const now = performance.now.bind(performance);

export interface KeepingHost {
  send(database: KeptDatabase): void;
  /** Tells the reader why something is not kept. */
  refuse(reason: string): void;
}

/** Keeping, as the Worker has it: it sees to it that nothing is left to be sent when the run ends. */
export interface OwnKeeping extends Keeping {
  flush(): void;
}

/**
 * Sends each database right after a transaction of it was committed, before the code that waits for the transaction goes
 * on: so what a program has reported as stored is kept, even if the Worker is ended at its next step. Of a program that
 * stores very much, databases are read and sent once a second at most, so that it doesn't swamp the page.
 */
export function createKeeping(kept: Kept, { send, refuse }: KeepingHost): OwnKeeping {
  const sizes = new Map(kept.map(({ name, bytes }) => [name, bytes.byteLength]));
  let changed = new Map<string, Read>();
  let exported = 0;
  let last = 0;
  let isDue = false;
  let isRefused = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Once: a program that goes on storing would say the same again and again. */
  const refuseOnce = (reason: string) => {
    if (!isRefused) refuse(reason);
    isRefused = true;
  };
  const keep = (name: string, read: Read) => {
    const { buffer, byteLength } = read();
    exported += byteLength;
    const others = [...sizes].filter(([other]) => other !== name);
    const size = others.reduce((sum, [, bytes]) => sum + bytes, byteLength);
    if (size > MAX_KEPT_BYTES) return refuseOnce(tooLarge(size));
    if (others.length >= MAX_KEPT_DATABASES) return refuseOnce(TOO_MANY);
    if (name.length > MAX_KEPT_NAME) return refuseOnce(TOO_LONG);
    sizes.set(name, byteLength);
    send({ name, bytes: buffer });
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    isDue = false;
    last = now();
    const databases = changed;
    changed = new Map();
    for (const [name, read] of databases) keep(name, read);
  };

  return {
    kept,
    committed(name, read) {
      changed.set(name, read);
      if (exported > KEPT_AT_ONCE_BYTES && now() - last < KEEP_EVERY_MS) {
        timer ??= setTimeout(flush, KEEP_EVERY_MS);
      } else if (!isDue) {
        isDue = true;
        queueMicrotask(flush);
      }
    },
    flush,
  };
}

const megabytes = (bytes: number) => (bytes / 1_000_000).toFixed(1);

const tooLarge = (size: number) =>
  `This is too much to be kept for the next run: the databases have ${megabytes(size)} MB, and ${megabytes(MAX_KEPT_BYTES)} MB is the most. The run goes on; kept is what was stored before. Reset begins with empty databases.`;
const TOO_MANY = `These are too many databases to be kept for the next run: ${MAX_KEPT_DATABASES} is the most.`;
const TOO_LONG = `A database is kept for the next run only if its name has at most ${MAX_KEPT_NAME} characters.`;
