import type { DomainEvent } from '../domain/domain-event.ts';
import { ArgumentError } from '../domain/errors.ts';
import type { Snapshot } from '../domain/snapshot.ts';

/** How an application keeps in memory what it has read. */
export interface CacheOptions {
  /** Of how many aggregates. The one that has not been used for the longest time makes room for the next. */
  readonly maxSize: number;
  /**
   * Whether each reading looks for events that others have stored meanwhile; true unless given. Without it, reading what
   * is in the cache needs no storage at all, and sees what others have stored once a save has met a conflict. Use it where
   * one process alone writes.
   */
  readonly fastForward?: boolean;
}

/** What an aggregate is rebuilt from: a snapshot, if there is one, and the stored events after it. */
export interface StoredHistory {
  readonly base: Snapshot | undefined;
  readonly events: readonly DomainEvent[];
}

interface CachedHistory extends StoredHistory {
  base: Snapshot | undefined;
  events: DomainEvent[];
}

/**
 * Keeps histories, not aggregates: what is got from them is a new object each time, and holds nothing that is not stored.
 */
export class Cache {
  readonly fastForward: boolean;
  readonly #maxSize: number;
  /** In the order of use, the latest last. */
  readonly #histories = new Map<string, CachedHistory>();
  /** Readings under way. One that is overtaken by a change is no longer here when it ends, and is not kept. */
  readonly #readings = new Map<string, object>();

  constructor({ maxSize, fastForward = true }: CacheOptions) {
    if (!Number.isSafeInteger(maxSize) || maxSize < 1) {
      throw new ArgumentError(`The maxSize of a cache must be a whole number from 1, not ${maxSize}.`);
    }
    this.#maxSize = maxSize;
    this.fastForward = fastForward;
  }

  get(id: string): StoredHistory | undefined {
    const history = this.#histories.get(id);
    if (history !== undefined) this.#keep(id, history);
    return history;
  }

  /** Reads a history and keeps it, unless the aggregate changes meanwhile. */
  async read(id: string, read: () => Promise<StoredHistory>): Promise<StoredHistory> {
    const token = {};
    this.#readings.set(id, token);
    try {
      const history = await read();
      if (this.#readings.get(id) === token && (history.base !== undefined || history.events.length > 0)) {
        this.#keep(id, { base: history.base, events: [...history.events] });
      }
      return history;
    } finally {
      if (this.#readings.get(id) === token) this.#readings.delete(id);
    }
  }

  /** Takes in events that are stored now, as far as they follow what is here. */
  append(id: string, events: readonly DomainEvent[]): void {
    this.#readings.delete(id);
    const history = this.#histories.get(id);
    if (history === undefined) return;
    for (const event of events) if (event.version === lastVersion(history) + 1) history.events.push(event);
  }

  /** Takes in an aggregate whose first events have just been stored. */
  add(id: string, events: readonly DomainEvent[]): void {
    this.#readings.delete(id);
    if (!this.#histories.has(id)) this.#keep(id, { base: undefined, events: [...events] });
  }

  /** Lets a history begin at a snapshot of it. */
  shorten(snapshot: Snapshot): void {
    const history = this.#histories.get(snapshot.aggregateId);
    if (history === undefined || lastVersion(history) < snapshot.version) return;
    if (history.base !== undefined && history.base.version >= snapshot.version) return;
    history.base = snapshot;
    history.events = history.events.filter((event) => event.version > snapshot.version);
  }

  clear(): void {
    this.#readings.clear();
    this.#histories.clear();
  }

  evict(id: string): void {
    this.#readings.delete(id);
    this.#histories.delete(id);
  }

  #keep(id: string, history: CachedHistory): void {
    this.#histories.delete(id);
    this.#histories.set(id, history);
    if (this.#histories.size <= this.#maxSize) return;
    const [oldest] = this.#histories.keys();
    if (oldest !== undefined) this.#histories.delete(oldest);
  }
}

export function lastVersion(history: StoredHistory): number {
  return lastOf(history).version;
}

/** The version that a history ends with, and when that was recorded. */
export function lastOf({ base, events }: StoredHistory): {
  readonly version: number;
  readonly timestamp: string | undefined;
} {
  return events.at(-1) ?? { version: base?.version ?? Number.NaN, timestamp: base?.modifiedAt };
}
