import {
  MemoryRecorder,
  type NotificationOptions,
  type Recorder,
  type SelectOptions,
  type StoredEvent,
  VersionConflictError,
} from 'eventsourcing';
import { recorderCases } from 'eventsourcing/testing';
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

async function failures(create: () => Recorder): Promise<string[]> {
  const cases = recorderCases({
    async create(count) {
      const recorder = create();
      return Array.from({ length: count }, () => recorder);
    },
    batchSize: 200,
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
