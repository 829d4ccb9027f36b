import { readKept } from '../../runner/protocol/read-kept.ts';
import type { Kept, KeptDatabase } from '../../runner/runner.ts';
import type { KeptStorage } from './kept-storage.ts';

/**
 * What the snippets of a page keep from run to run: in the browser, or, where the browser keeps nothing, for as long as
 * the page is open. Loaded on pages that have such a snippet. Of two tabs, the one that stores last has its way.
 */
export interface KeptRows {
  /** Whether there is something for Reset to clear. */
  has(fence: string): Promise<boolean>;
  /** What a run of the fence finds; what is being written has been written by then. */
  load(fence: string): Promise<Kept>;
  /** @param full is told when the browser has no room left; the database is kept for as long as the page is open */
  save(fence: string, database: KeptDatabase, full: () => void): void;
  /** Returns whether there was anything. */
  clear(fence: string): Promise<boolean>;
  /** Calls back with the fence when it has come to keep something, or to keep nothing any more. */
  onChange(listener: (fence: string, isKept: boolean) => void): void;
}

/** @param address that of the page, under which its snippets are kept */
export function createKeptRows(storage: KeptStorage, address: string): KeptRows {
  /** As of this visit: what was loaded last, and what was stored since. */
  const current = new Map<string, Kept>();
  /** The fences whose rows the browser has refused. */
  const homeless = new Set<string>();
  const waiting = new Set<string>();
  const turns = new Map<string, Promise<unknown>>();
  const listeners = new Set<(fence: string, isKept: boolean) => void>();

  const keyOf = (fence: string) => `${address}:${fence}`;
  const tell = (fence: string, isKept: boolean) => {
    for (const listener of listeners) listener(fence, isKept);
  };
  /** One thing at a time for each fence, in the order in which it was asked for. */
  const inTurn = <T>(fence: string, work: () => Promise<T>): Promise<T> => {
    const turn = (turns.get(fence) ?? Promise.resolve()).then(work);
    turns.set(
      fence,
      turn.catch(() => undefined), // whoever asked for it hears
    );
    return turn;
  };
  const isHere = (fence: string) => (current.get(fence)?.length ?? 0) > 0;
  const isStored = (fence: string) => storage.has(keyOf(fence)).catch(without(false));
  const write = async (fence: string, full: () => void) => {
    waiting.delete(fence);
    const kept = current.get(fence);
    if (!kept) return; // cleared meanwhile
    try {
      await storage.set(keyOf(fence), kept);
      homeless.delete(fence);
    } catch (error) {
      homeless.add(fence);
      if (error instanceof DOMException && error.name === 'QuotaExceededError') full();
      else report(error);
    }
  };

  return {
    has: (fence) => inTurn(fence, async () => isHere(fence) || (await isStored(fence))),
    load: (fence) =>
      inTurn(fence, async () => {
        const here = current.get(fence) ?? [];
        if (homeless.has(fence)) return here;
        const stored = await storage.get(keyOf(fence)).catch(without(here));
        const kept = readKept(stored) ?? [];
        current.set(fence, kept);
        return kept;
      }),
    save(fence, database, full) {
      const others = (current.get(fence) ?? []).filter(({ name }) => name !== database.name);
      current.set(fence, [...others, database]);
      tell(fence, true);
      // A run can store faster than the browser writes: then it's the latest that is written.
      if (waiting.has(fence)) return;
      waiting.add(fence);
      void inTurn(fence, () => write(fence, full));
    },
    clear(fence) {
      const wasHere = isHere(fence);
      current.delete(fence);
      homeless.delete(fence);
      tell(fence, false);
      return inTurn(fence, async () => {
        const had = wasHere || (await isStored(fence));
        await storage.remove(keyOf(fence)).catch(without(undefined));
        return had;
      });
    },
    onChange: (listener) => listeners.add(listener),
  };
}

/** Does without the browser's database, as in private windows of some browsers. */
function without<T>(instead: T): (error: unknown) => T {
  return (error) => {
    report(error);
    return instead;
  };
}

function report(error: unknown): void {
  console.info('What this snippet stores can’t be kept in this browser:', error);
}
