import {
  decode,
  decodeDog,
  encodeDog,
  evolve,
  newDog,
  newId,
  REGISTERED,
  registered,
  TRICK_ADDED,
  trickAdded,
} from './by-hand.ts';
import { type Contender, FOLLOWED_AT_ONCE, SECTION_SIZE } from './contender.ts';
import { applyTo, type DogRow } from './projected.ts';

interface Stored {
  readonly id: number;
  readonly aggregateId: string;
  readonly version: number;
  readonly topic: string;
  readonly state: Uint8Array;
}

/** The least that could be done in memory: an array of all events, and one for each aggregate. */
export function memoryFloor(): Contender {
  const log: Stored[] = [];
  const streams = new Map<string, Stored[]>();
  const snapshots = new Map<string, { readonly version: number; readonly state: Uint8Array }>();
  const insert = (stream: Stored[], aggregateId: string, topic: string, state: Uint8Array) => {
    const stored = { id: log.length + 1, aggregateId, version: stream.length + 1, topic, state };
    log.push(stored);
    stream.push(stored);
  };
  const fold = (id: string, from: number, dog = newDog()) => {
    const stream = streams.get(id) ?? [];
    for (const { topic, version, state } of stream.slice(from)) evolve(dog, topic, version, state);
    return dog;
  };
  return {
    async begin() {
      const id = newId();
      const stream: Stored[] = [];
      streams.set(id, stream);
      insert(stream, id, REGISTERED, registered);
      return {
        id,
        async append(events) {
          for (let n = 0; n < events; n++) insert(stream, id, TRICK_ADDED, trickAdded);
        },
      };
    },
    load: async (id) => fold(id, 0).tricks.length,
    async takeSnapshot(id) {
      const dog = fold(id, 0);
      snapshots.set(id, { version: dog.version, state: encodeDog(dog) });
    },
    async loadFromSnapshot(id) {
      const snapshot = snapshots.get(id);
      return fold(id, snapshot?.version ?? 0, snapshot && decodeDog(snapshot.state)).tricks.length;
    },
    async drain() {
      let events = 0;
      for (let from = 0; from < log.length; from += SECTION_SIZE) {
        const section = log
          .slice(from, from + SECTION_SIZE)
          .map(({ state, ...rest }) => ({ ...rest, ...decode(state) }));
        events += section.length;
      }
      return events;
    },
    projection: async () => ({
      async follow() {
        const rows = new Map<string, DogRow>();
        for (let position = 0; position < log.length; position += FOLLOWED_AT_ONCE) {
          for (const { aggregateId, topic, state } of log.slice(position, position + FOLLOWED_AT_ONCE)) {
            applyTo(rows, aggregateId, topic, state);
          }
        }
        return [...rows.values()].reduce((sum, { tricks }) => sum + 1 + tricks, 0);
      },
    }),
    places: async () => log,
    close: async () => undefined,
  };
}
