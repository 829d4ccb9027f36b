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
export interface Story {
  readonly base: Snapshot | undefined;
  readonly events: readonly DomainEvent[];
}

interface CachedStory extends Story {
  base: Snapshot | undefined;
  events: DomainEvent[];
}

/**
 * Keeps stories, not aggregates: what is got from them is a new object each time, and holds nothing that is not stored.
 */
export class Cache {
  readonly fastForward: boolean;
  readonly #maxSize: number;
  /** In the order of use, the latest last. */
  readonly #stories = new Map<string, CachedStory>();
  /** Readings under way. One that is overtaken by a change is no longer here when it ends, and is not kept. */
  readonly #readings = new Map<string, object>();

  constructor({ maxSize, fastForward = true }: CacheOptions) {
    if (!Number.isSafeInteger(maxSize) || maxSize < 1) {
      throw new ArgumentError(`The maxSize of a cache must be a whole number from 1, not ${maxSize}.`);
    }
    this.#maxSize = maxSize;
    this.fastForward = fastForward;
  }

  get(id: string): Story | undefined {
    const story = this.#stories.get(id);
    if (story !== undefined) this.#keep(id, story);
    return story;
  }

  /** Reads a story and keeps it, unless the aggregate changes meanwhile. */
  async read(id: string, read: () => Promise<Story>): Promise<Story> {
    const token = {};
    this.#readings.set(id, token);
    try {
      const story = await read();
      if (this.#readings.get(id) === token && (story.base !== undefined || story.events.length > 0)) {
        this.#keep(id, { base: story.base, events: [...story.events] });
      }
      return story;
    } finally {
      if (this.#readings.get(id) === token) this.#readings.delete(id);
    }
  }

  /** Takes in events that are stored now, as far as they follow what is here. */
  append(id: string, events: readonly DomainEvent[]): void {
    this.#readings.delete(id);
    const story = this.#stories.get(id);
    if (story === undefined) return;
    for (const event of events) if (event.version === lastVersion(story) + 1) story.events.push(event);
  }

  /** Takes in an aggregate whose first events have just been stored. */
  add(id: string, events: readonly DomainEvent[]): void {
    this.#readings.delete(id);
    if (!this.#stories.has(id)) this.#keep(id, { base: undefined, events: [...events] });
  }

  /** Lets a story begin at a snapshot of it. */
  shorten(snapshot: Snapshot): void {
    const story = this.#stories.get(snapshot.aggregateId);
    if (story === undefined || lastVersion(story) < snapshot.version) return;
    if (story.base !== undefined && story.base.version >= snapshot.version) return;
    story.base = snapshot;
    story.events = story.events.filter((event) => event.version > snapshot.version);
  }

  clear(): void {
    this.#readings.clear();
    this.#stories.clear();
  }

  evict(id: string): void {
    this.#readings.delete(id);
    this.#stories.delete(id);
  }

  #keep(id: string, story: CachedStory): void {
    this.#stories.delete(id);
    this.#stories.set(id, story);
    if (this.#stories.size <= this.#maxSize) return;
    const [oldest] = this.#stories.keys();
    if (oldest !== undefined) this.#stories.delete(oldest);
  }
}

export function lastVersion(story: Story): number {
  return lastOf(story).version;
}

/** The version that a story ends with, and when that was recorded. */
export function lastOf({ base, events }: Story): { readonly version: number; readonly timestamp: string | undefined } {
  return events.at(-1) ?? { version: base?.version ?? Number.NaN, timestamp: base?.modifiedAt };
}
