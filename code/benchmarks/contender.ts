import assert from 'node:assert/strict';

/** What is measured: the library, or what was written by hand to be its floor. */
export interface Contender {
  /** Begins an aggregate, with a first event. Each is written on a connection of its own, where there are several. */
  begin(): Promise<Written>;
  /** Gets an aggregate back from all its events. Returns how many tricks it has. */
  load(id: string): Promise<number>;
  takeSnapshot(id: string): Promise<void>;
  /** Gets an aggregate back from its last snapshot and the events after it. Returns how many tricks it has. */
  loadFromSnapshot(id: string): Promise<number>;
  /** Reads the whole log, in sections. Returns how many events it has. */
  drain(): Promise<number>;
  /** Makes tables of this name, for a row for each dog. */
  projection(name: string): Promise<Projected>;
  /** What is stored, in the order of the log. */
  places(): Promise<readonly Place[]>;
  close(): Promise<void>;
}

export interface Written {
  readonly id: string;
  /** Stores so many events more, in one transaction. */
  append(events: number): Promise<void>;
}

export interface Projected {
  /** Follows the whole log, and stores rows and position in transactions. Returns how many events the rows tell of. */
  follow(): Promise<number>;
}

export interface Place {
  readonly id: number;
  readonly aggregateId: string;
  readonly version: number;
}

/** How many events are followed in one transaction. */
export const FOLLOWED_AT_ONCE = 500;

/** How many events a reader of the log gets at once. */
export const SECTION_SIZE = 1_000;

/** Counts what a contender was told to store, so that it can be compared with what is there. */
export class Counted {
  readonly contender: Contender;
  #events = 0;

  constructor(contender: Contender) {
    this.contender = contender;
  }

  async begin(): Promise<Written> {
    const written = await this.contender.begin();
    this.#events += 1;
    return {
      id: written.id,
      append: async (events) => {
        await written.append(events);
        this.#events += events;
      },
    };
  }

  /** Nothing is lost, nothing is there twice, and everything is in its order. */
  async check(): Promise<void> {
    const places = await this.contender.places();
    assert.equal(places.length, this.#events, 'Events were lost, or were stored twice.');
    const versions = new Map<string, number>();
    for (const [index, { id, aggregateId, version }] of places.entries()) {
      assert.equal(id, index + 1);
      assert.equal(version, (versions.get(aggregateId) ?? 0) + 1);
      versions.set(aggregateId, version);
    }
    assert.equal(await this.contender.drain(), this.#events);
  }
}
