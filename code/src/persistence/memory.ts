import type { KeyRecorder } from './key-recorder.ts';
import { checkBounds, checkEvents, checkedLimit, checkTracking, versionConflict } from './limits.ts';
import { MemoryKeyRecorder } from './memory-keys.ts';
import { MemoryTracking } from './memory-tracking.ts';
import { MemoryViewRecorder } from './memory-views.ts';
import { checkApplicationName } from './names.ts';
import type {
  NotificationOptions,
  Recorder,
  SelectOptions,
  SnapshotRecorder,
  Store,
  StoredEvent,
  StoredNotification,
  StoredSnapshot,
} from './recorder.ts';
import type { Parked, Tracking } from './tracking.ts';
import type { ViewRecorder } from './view-recorder.ts';

/** Keeps events in the memory of the process, for tests, lessons and prototypes. They are gone when it ends. */
export class MemoryRecorder implements Recorder {
  /** The first has the id 1, and so on. */
  readonly #log: StoredEvent[] = [];
  /** By aggregate, in the order of versions. */
  readonly #streams = new Map<string, StoredEvent[]>();
  readonly #tracking = new MemoryTracking();

  async insert(events: readonly StoredEvent[], tracking?: Tracking): Promise<number[]> {
    checkEvents(events);
    if (tracking !== undefined) checkTracking(tracking);
    // Nothing is awaited between the checks and the last push, so that no other insert can come in between.
    if (tracking !== undefined) this.#tracking.refuseRepetition(tracking);
    const conflict = versionConflict(events, (id) => this.#streams.get(id)?.at(-1)?.version);
    if (conflict !== undefined) throw conflict;
    if (tracking !== undefined) this.#tracking.track(tracking);
    return events.map((event) => {
      const stream = this.#streams.get(event.aggregateId);
      if (stream === undefined) this.#streams.set(event.aggregateId, [event]);
      else stream.push(event);
      return this.#log.push(event);
    });
  }

  async select(aggregateId: string, options: SelectOptions = {}): Promise<StoredEvent[]> {
    return selected(this.#streams.get(aggregateId) ?? [], options);
  }

  async selectNotifications(options: NotificationOptions = {}): Promise<StoredNotification[]> {
    const { start = 1, stop = Number.POSITIVE_INFINITY } = options;
    checkBounds(start, stop);
    const limit = checkedLimit(options.limit);
    const topics = options.topics === undefined ? undefined : new Set(options.topics);
    const found: StoredNotification[] = [];
    for (let id = Math.max(1, Math.ceil(start)); id <= Math.min(stop, this.#log.length) && found.length < limit; id++) {
      const event = this.#log[id - 1];
      if (event === undefined || topics?.has(event.topic) === false) continue;
      const { aggregateId, version, topic, state } = event;
      found.push({ id, aggregateId, version, topic, state });
    }
    return found;
  }

  async maxNotificationId(): Promise<number> {
    return this.#log.length;
  }

  async position(log: string): Promise<number> {
    return this.#tracking.position(log);
  }

  async parked(log: string): Promise<Parked[]> {
    return this.#tracking.parked(log);
  }
}

/** Keeps snapshots in the memory of the process. */
export class MemorySnapshotRecorder implements SnapshotRecorder {
  /** By aggregate, in the order of versions. */
  readonly #snapshots = new Map<string, StoredSnapshot[]>();

  async put(snapshot: StoredSnapshot): Promise<void> {
    checkEvents([snapshot]);
    const { aggregateId, version } = snapshot;
    const list = this.#snapshots.get(aggregateId) ?? [];
    const end = positionAfter(list, version);
    const isThere = list[end - 1]?.version === version;
    list.splice(isThere ? end - 1 : end, isThere ? 1 : 0, snapshot);
    this.#snapshots.set(aggregateId, list);
  }

  async select(aggregateId: string, options: SelectOptions = {}): Promise<StoredSnapshot[]> {
    return selected(this.#snapshots.get(aggregateId) ?? [], options);
  }
}

function selected<T extends { readonly version: number }>(ordered: readonly T[], options: SelectOptions): T[] {
  const { gt = Number.NEGATIVE_INFINITY, lte = Number.POSITIVE_INFINITY, desc = false } = options;
  checkBounds(gt, lte);
  const limit = checkedLimit(options.limit);
  const found = ordered.slice(positionAfter(ordered, gt), positionAfter(ordered, lte));
  if (desc) found.reverse();
  return found.slice(0, limit);
}

/** The index of the first item with a greater version. New versions belong at the end, which is looked at first. */
function positionAfter(stream: readonly { readonly version: number }[], version: number): number {
  let high = stream.length;
  if ((stream.at(-1)?.version ?? Number.NEGATIVE_INFINITY) <= version) return high;
  let low = 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stream[middle]?.version ?? Number.POSITIVE_INFINITY) <= version) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A store in memory. Applications that are given the same one, and have the same name, see the same events.
 *
 * @example
 * ```ts
 * import { Aggregate, Application, event, memory } from 'eventsourcing';
 *
 * @event('Dog.Registered', 'name')
 * class Dog extends Aggregate {
 *   constructor(readonly name: string) { super(); }
 * }
 *
 * class DogSchool extends Application {
 *   static aggregates = [Dog];
 * }
 *
 * const store = memory();
 * const dog = new Dog('Fido');
 * await new DogSchool({ store }).save(dog);
 * console.log(await new DogSchool({ store }).repository.has(Dog, dog.id)); // true
 * ```
 */
export function memory(): Store {
  const recorders = new Map<string, Recorder>();
  const snapshotRecorders = new Map<string, SnapshotRecorder>();
  const keyRecorders = new Map<string, KeyRecorder>();
  const viewRecorders = new Map<string, ViewRecorder>();
  return {
    recorder: (application) => kept(recorders, application, () => new MemoryRecorder()),
    snapshotRecorder: (application) => kept(snapshotRecorders, application, () => new MemorySnapshotRecorder()),
    keyRecorder: (application) => kept(keyRecorders, application, () => new MemoryKeyRecorder()),
    viewRecorder(projection) {
      const recorder = viewRecorders.get(projection) ?? new MemoryViewRecorder(projection);
      viewRecorders.set(projection, recorder);
      return recorder;
    },
  };
}

function kept<R>(recorders: Map<string, R>, application: string, make: () => R): R {
  checkApplicationName(application);
  const recorder = recorders.get(application) ?? make();
  recorders.set(application, recorder);
  return recorder;
}
