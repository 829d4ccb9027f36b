import {
  MemoryRecorder,
  type NotificationOptions,
  PositionConflictError,
  type Recorder,
  type SelectOptions,
  type StoredEvent,
  type Tracking,
  VersionConflictError,
} from 'eventsourcing';
import { type RecorderUnderTest, recorderCases } from 'eventsourcing/testing';
import { describe, expect, test } from 'vitest';

const pause = () => new Promise((resolve) => setTimeout(resolve));

/** Recorders that break one promise each. */
const faulty: Record<string, () => Recorder> = {
  'takes a limit of 0 for no limit': () =>
    new (class extends MemoryRecorder {
      override select(id: string, { limit, ...options }: SelectOptions = {}) {
        return super.select(id, { ...options, limit: limit || undefined });
      }
    })(),
  'selects in the order of storing': () =>
    new (class extends MemoryRecorder {
      override async select(id: string, options: SelectOptions = {}) {
        const chosen = new Set((await super.select(id, options)).map((event) => event.version));
        const all = await super.selectNotifications();
        const found = all.flatMap(({ id: _, ...event }) => (event.aggregateId === id ? [event] : []));
        return found.filter((event) => chosen.has(event.version));
      }
    })(),
  'stores what came before a conflict': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[]) {
        const ids: number[] = [];
        for (const event of events) ids.push(...(await super.insert([event])));
        return ids;
      }
    })(),
  'lets a later version pass for one that is there': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[]) {
        try {
          return await super.insert(events);
        } catch (error) {
          if (error instanceof VersionConflictError) return [];
          throw error;
        }
      }
    })(),
  'does not see that versions are missing': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[]) {
        try {
          return await super.insert(events);
        } catch (error) {
          if (error instanceof VersionConflictError && error.foundVersion >= error.expectedVersion) throw error;
          const last = await super.maxNotificationId();
          return events.map((_, index) => last + 1 + index);
        }
      }
    })(),
  'mixes transactions': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[]) {
        if (events.length < 3) return super.insert(events);
        const ids = await super.insert(events.slice(0, 2));
        await pause();
        return [...ids, ...(await super.insert(events.slice(2)))];
      }
    })(),
  'stops before the last position': () =>
    new (class extends MemoryRecorder {
      override selectNotifications({ stop, ...options }: NotificationOptions = {}) {
        return super.selectNotifications({ ...options, stop: stop === undefined ? undefined : stop - 1 });
      }
    })(),
  'knows no topics': () =>
    new (class extends MemoryRecorder {
      override selectNotifications({ topics: _, ...options }: NotificationOptions = {}) {
        return super.selectNotifications(options);
      }
    })(),
  'shows later events before earlier ones': () => {
    const hidden = new Set<number>();
    return new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[]) {
        const ids = await super.insert(events);
        if (events.length === 1) return ids;
        for (const id of ids) hidden.add(id);
        for (let turn = 0; turn < 5; turn++) await pause();
        for (const id of ids) hidden.delete(id);
        return ids;
      }
      override async selectNotifications({ limit, ...options }: NotificationOptions = {}) {
        const visible = (await super.selectNotifications(options)).filter(({ id }) => !hidden.has(id));
        return visible.slice(0, limit);
      }
    })();
  },
  'reports another version than it found': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[]) {
        try {
          return await super.insert(events);
        } catch (error) {
          if (!(error instanceof VersionConflictError)) throw error;
          throw new VersionConflictError(error.aggregateId, error.version, error.version);
        }
      }
    })(),
};

/** Recorders that break one promise about positions each. */
const faultyFollowers: Record<string, () => Recorder> = {
  'stores the position in a transaction of its own': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[], tracking?: Tracking) {
        await super.insert([], tracking);
        return await super.insert(events);
      }
    })(),
  'stores the position after the events': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[], tracking?: Tracking) {
        const ids = await super.insert(events);
        await super.insert([], tracking);
        return ids;
      }
    })(),
  'looks at the position before it waits': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[], tracking?: Tracking) {
        if (tracking === undefined || tracking.wasParked) return await super.insert(events, tracking);
        const found = await this.position(tracking.log);
        if (tracking.after !== found) throw new PositionConflictError(tracking, found);
        await pause();
        return await insertAnyway(this, tracking, (own) => super.insert(events, own));
      }
    })(),
  'takes any position that is past the stored one': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[], tracking?: Tracking) {
        if (tracking === undefined || tracking.wasParked || tracking.position <= (await this.position(tracking.log))) {
          return await super.insert(events, tracking);
        }
        return await insertAnyway(this, tracking, (own) => super.insert(events, own));
      }
    })(),
  'lets a follower start from a position that nobody has stored': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[], tracking?: Tracking) {
        if (tracking === undefined || tracking.wasParked || tracking.after <= (await this.position(tracking.log))) {
          return await super.insert(events, tracking);
        }
        return await insertAnyway(this, tracking, (own) => super.insert(events, own));
      }
    })(),
  'asks where a follower has started also when it takes up': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[], tracking?: Tracking) {
        const found = tracking === undefined ? 0 : await this.position(tracking.log);
        if (tracking?.wasParked && tracking.after !== found) throw new PositionConflictError(tracking, found);
        return await super.insert(events, tracking);
      }
    })(),
  'takes positions that are none': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[], tracking?: Tracking) {
        try {
          return await super.insert(events, tracking);
        } catch (error) {
          if (tracking !== undefined && tracking.after < 0) return await super.insert(events);
          throw error;
        }
      }
    })(),
  'looks at the versions first': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[], tracking?: Tracking) {
        for (const { aggregateId, version } of events.slice(0, 1)) {
          const last = (await super.select(aggregateId)).at(-1)?.version;
          if (last !== undefined && version !== last + 1) throw new VersionConflictError(aggregateId, version, last);
        }
        return await super.insert(events, tracking);
      }
    })(),
  'takes all logs for one': () =>
    new (class extends MemoryRecorder {
      override insert(events: readonly StoredEvent[], tracking?: Tracking) {
        return super.insert(events, tracking && { ...tracking, log: 'any' });
      }
      override position() {
        return super.position('any');
      }
      override parked() {
        return super.parked('any');
      }
    })(),
  'does not tell logs apart by the case of letters': () =>
    new (class extends MemoryRecorder {
      override insert(events: readonly StoredEvent[], tracking?: Tracking) {
        return super.insert(events, tracking && { ...tracking, log: tracking.log.toLowerCase() });
      }
      override position(log: string) {
        return super.position(log.toLowerCase());
      }
      override parked(log: string) {
        return super.parked(log.toLowerCase());
      }
    })(),
  'stores no position where there are no events': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[], tracking?: Tracking) {
        return events.length === 0 && tracking?.parked === undefined ? [] : await super.insert(events, tracking);
      }
    })(),
  'takes up what was never put aside': () =>
    new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[], tracking?: Tracking) {
        try {
          return await super.insert(events, tracking);
        } catch (error) {
          if (error instanceof PositionConflictError && tracking?.wasParked) return await super.insert(events);
          throw error;
        }
      }
    })(),
  'moves the position when something is taken up': () =>
    new (class extends MemoryRecorder {
      override async position(log: string) {
        return (await super.parked(log)).length === 0 ? 0 : await super.position(log);
      }
    })(),
  'lists what was put aside by reason': () =>
    new (class extends MemoryRecorder {
      override async parked(log: string) {
        return (await super.parked(log)).sort((a, b) => (a.reason < b.reason ? -1 : 1));
      }
    })(),
  'shows the position before the events': () => {
    let isHidden = false;
    return new (class extends MemoryRecorder {
      override async insert(events: readonly StoredEvent[], tracking?: Tracking) {
        isHidden = true;
        const ids = await super.insert(events, tracking);
        await pause();
        isHidden = false;
        return ids;
      }
      override async maxNotificationId() {
        return (await super.maxNotificationId()) - (isHidden ? 1 : 0);
      }
    })();
  },
  'has none': withoutPositions,
};

/** Inserts as if the follower had started from the stored position. */
async function insertAnyway(
  recorder: MemoryRecorder,
  tracking: Tracking,
  insert: (tracking: Tracking) => Promise<number[]>,
): Promise<number[]> {
  const after = await recorder.position(tracking.log);
  return await insert({ ...tracking, after, position: Math.max(tracking.position, after + 1) });
}

/** Has what a recorder must have, and no more. */
function withoutPositions(): Recorder {
  const recorder = new MemoryRecorder();
  return {
    insert: (events) => recorder.insert(events),
    select: (id, options) => recorder.select(id, options),
    selectNotifications: (options) => recorder.selectNotifications(options),
    maxNotificationId: () => recorder.maxNotificationId(),
  };
}

async function failures(create: () => Recorder, options: Partial<RecorderUnderTest> = {}): Promise<string[]> {
  const cases = recorderCases({
    async create(count) {
      const recorder = create();
      return Array.from({ length: count }, () => recorder);
    },
    keepsPositions: true,
    batchSize: 200,
    ...options,
  });
  const failed: string[] = [];
  for (const { name, run } of cases) {
    const [outcome] = await Promise.allSettled([run()]);
    if (outcome.status === 'rejected') failed.push(name);
  }
  return failed;
}

describe('the cases for recorders find one that', () => {
  test.each(Object.keys(faulty))('%s', async (name) => {
    const create = faulty[name];
    expect(create && (await failures(create))).not.toEqual([]);
  });
});

describe('the cases about positions find one that', () => {
  test.each(Object.keys(faultyFollowers))('%s', async (name) => {
    const create = faultyFollowers[name];
    const failed = create && (await failures(create, { runs: 1 }));
    expect(failed?.filter((title) => !title.startsWith('random scripts'))).not.toEqual([]);
  });
});

test('a recorder without positions passes without the cases about them, and one with them is told of the cases', async () => {
  const keepsPositions = false;
  expect(await failures(withoutPositions, { keepsPositions })).toEqual([]);
  expect(await failures(() => new MemoryRecorder())).toEqual([]);
  expect(await failures(() => new MemoryRecorder(), { keepsPositions })).toEqual([
    'a recorder that keeps positions of followers is tested for it',
  ]);
});

test('events that become visible late are found by the readers of the tail', async () => {
  const create = faulty['shows later events before earlier ones'];
  expect(create && (await failures(create))).toContain('a slow transaction is not overtaken');
});

test('a gap between versions is found by the cases for it', async () => {
  const create = faulty['does not see that versions are missing'];
  expect(create && (await failures(create))).toContain(
    'versions that do not follow the stored ones are conflicts, and nothing of the insert is stored',
  );
});
