import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import {
  HookError,
  type Hooks,
  MemoryRecorder,
  memory,
  type ReadContext,
  type SaveContext,
  type StoredEvent,
  VersionConflictError,
} from 'eventsourcing';
import { describe, expect, test, vi } from 'vitest';
import { Dog, DogSchool } from '../support/dog.ts';
import { rejectionOf } from '../support/errors.ts';

describe('what a hook gets to know', () => {
  test('each operation, with ids and topics, and no payload', async () => {
    const contexts: (SaveContext | ReadContext)[] = [];
    const results: unknown[] = [];
    const note = async (context: SaveContext | ReadContext, next: () => Promise<unknown>) => {
      contexts.push(context);
      results.push(await next());
    };
    const school = new DogSchool({ name: 'school', snapshots: true, hooks: { save: note, read: note } });
    const dog = new Dog('Fido');
    dog.addTrick('sit');
    dog.addTrick('bark');
    const { id } = dog;
    await school.save(dog);
    await school.save(dog);
    await school.repository.get(Dog, id, { version: 2 });
    await school.repository.has(Dog, 'nobody');
    await school.notificationLog.select({ topics: ['Dog.TrickAdded'] });
    await school.notificationLog.section('1,2');
    await school.takeSnapshot(Dog, id);
    const of = { application: 'school', aggregateIds: [id], topics: ['Dog'] };
    const topics = ['Dog.Registered', 'Dog.TrickAdded'];
    expect(contexts).toEqual([
      { ...of, operation: 'save', topics, eventCount: 3, attempt: 1 },
      { ...of, operation: 'repository.get', version: 2 },
      { ...of, operation: 'repository.has', aggregateIds: ['nobody'] },
      { ...of, operation: 'notificationLog.select', aggregateIds: [], topics: ['Dog.TrickAdded'] },
      { ...of, operation: 'notificationLog.select', aggregateIds: [], topics: [] },
      { ...of, operation: 'repository.get', version: undefined },
      { ...of, operation: 'takeSnapshot', eventCount: 0, attempt: 1 },
    ]);
    expect(results).toEqual([
      { notificationIds: [1, 2, 3] },
      { count: 1 },
      { count: 0 },
      { count: 2 },
      { count: 2 },
      { count: 1 },
      { notificationIds: [] },
    ]);
    expect(contexts.every((each) => Object.isFrozen(each) && Object.isFrozen(each.topics))).toBe(true);
  });

  test('the attempts of an update', async () => {
    const store = memory();
    const attempts: [number, string][] = [];
    const hooks: Hooks = {
      async save({ attempt }, next) {
        try {
          await next();
          attempts.push([attempt, 'ok']);
        } catch (error) {
          attempts.push([attempt, error instanceof VersionConflictError ? error.code : 'another']);
          throw error;
        }
      },
    };
    const school = new DogSchool({ store, hooks });
    const rival = new DogSchool({ store, name: 'DogSchool' });
    const id = await school.registerDog('Fido');
    let isFirst = true;
    await school.update(Dog, id, async (dog) => {
      if (isFirst) await rival.addTrick(id, 'bark');
      isFirst = false;
      dog.addTrick('sit');
    });
    expect(attempts).toEqual([
      [1, 'ok'],
      [1, 'ES_VERSION_CONFLICT'],
      [2, 'ok'],
    ]);
  });

  test('they are around each other, the first outermost', async () => {
    const steps: string[] = [];
    const named = (name: string): Hooks => ({
      async save(_, next) {
        steps.push(`${name} before`);
        await next();
        steps.push(`${name} after`);
      },
    });
    await new DogSchool({ hooks: [named('a'), {}, named('b')] }).registerDog('Fido');
    expect(steps).toEqual(['a before', 'b before', 'b after', 'a after']);
  });
});

test('what a hook sets for the time of the work is there in the work, and in the hooks inside', async () => {
  const current = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  class Watched extends MemoryRecorder {
    override async insert(events: readonly StoredEvent[]): Promise<number[]> {
      await setImmediate();
      seen.push(current.getStore());
      return await super.insert(events);
    }
  }
  const span = (name: string): Hooks => ({
    save: ({ operation }, next) => current.run(`${current.getStore() ?? 'root'} > ${name} ${operation}`, next),
  });
  const school = new DogSchool({ store: { recorder: () => new Watched() }, hooks: [span('a'), span('b')] });
  await Promise.all([
    current.run('request 1', () => school.registerDog('Fido')),
    current.run('request 2', () => school.registerDog('Rex')),
  ]);
  expect(seen).toEqual(['request 1 > a save > b save', 'request 2 > a save > b save']);
  expect(current.getStore()).toBeUndefined();
});

describe('a hook that', () => {
  const broken = new Error('The tracer is broken.');
  const reported: HookError[] = [];
  const onError = (error: HookError) => reported.push(error);
  const schoolWith = (save: NonNullable<Hooks['save']>) => {
    reported.length = 0;
    return new DogSchool({ hooks: { save, onError } });
  };
  const trickOf = async (school: DogSchool, id: string) => (await school.getDog(id)).tricks;

  test('throws before next: nothing is saved, and its error is that of the save', async () => {
    const school = schoolWith(async () => {
      throw broken;
    });
    const dog = new Dog('Fido');
    await expect(school.save(dog)).rejects.toBe(broken);
    expect(dog.pendingEvents).toHaveLength(1);
    expect(await school.repository.has(Dog, dog.id)).toBe(false);
    expect(reported).toEqual([]);
  });

  test('throws after next: it is saved, and the error is reported', async () => {
    const school = schoolWith(async (_, next) => {
      await next();
      throw broken;
    });
    const dog = new Dog('Fido');
    expect(await school.save(dog)).toHaveLength(1);
    expect(dog.pendingEvents).toEqual([]);
    expect(await trickOf(school, dog.id)).toEqual([]);
    expect(reported).toMatchObject([
      { code: 'ES_HOOK', application: 'DogSchool', operation: 'save', aggregateIds: [dog.id], cause: broken },
    ]);
    expect(reported[0]?.message).toContain('which had succeeded: The tracer is broken.');
  });

  test('throws after next, with nobody to tell: the console gets to know', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const school = new DogSchool({
      hooks: {
        async read(_, next) {
          await next();
          throw broken;
        },
      },
    });
    expect(await school.notificationLog.select()).toEqual([]);
    expect(log.mock.calls).toEqual([[expect.any(HookError)]]);
    log.mockRestore();
  });

  test('does not call next: nothing is saved, which is said', async () => {
    const school = schoolWith(async () => undefined);
    const dog = new Dog('Fido');
    const error = await rejectionOf(school.save(dog));
    expect(error).toMatchObject({ name: 'HookError', code: 'ES_HOOK' });
    expect(error.message).toContain('has not called next, so nothing was done');
    expect(await school.repository.has(Dog, dog.id)).toBe(false);
  });

  test('calls next twice: it is saved once, and the second call is an error', async () => {
    const school = schoolWith(async (_, next) => {
      await next();
      await next();
    });
    await school.registerDog('Fido');
    expect(await school.notificationLog.select()).toHaveLength(1);
    expect(reported).toHaveLength(1);
    expect(reported[0]?.message).toContain('has called next twice');
  });

  test('calls next when it is too late: nothing is saved', async () => {
    let late: (() => Promise<unknown>) | undefined;
    const school = schoolWith(async (_, next) => {
      late = next;
    });
    await rejectionOf(school.registerDog('Fido'));
    await expect(late?.()).rejects.toThrow('has called next after it had returned');
    expect(await school.notificationLog.select()).toEqual([]);
  });

  test('does not wait for next: the save does', async () => {
    const school = schoolWith(async (_, next) => void next());
    expect(await school.save(new Dog('Fido'))).toHaveLength(1);
  });

  test('catches what next throws, or throws something else: the save fails as it would', async () => {
    const ends = [
      { end: () => undefined, causes: [] },
      { end: () => Promise.reject(broken), causes: [broken] },
    ];
    for (const { end, causes } of ends) {
      const school = schoolWith((_, next) => next().catch(end));
      const dog = new Dog('Fido');
      await school.save(dog);
      const [one, two] = await Promise.all([school.repository.get(Dog, dog.id), school.repository.get(Dog, dog.id)]);
      one.addTrick('sit');
      two.addTrick('bark');
      await school.save(one);
      await expect(school.save(two)).rejects.toBeInstanceOf(VersionConflictError);
      expect(reported.map(({ cause }) => cause)).toEqual(causes);
      expect(await trickOf(school, dog.id)).toEqual(['sit']);
    }
  });

  test('fails around a snapshot that a save made due: the save succeeds', async () => {
    const errors: unknown[] = [];
    const school = new DogSchool({
      snapshots: { every: 1, onError: ({ cause }) => errors.push(cause) },
      hooks: {
        async save({ operation }, next) {
          if (operation === 'takeSnapshot') throw broken;
          await next();
        },
      },
    });
    const id = await school.registerDog('Fido');
    expect(errors).toEqual([broken]);
    expect(await school.snapshots?.all(id)).toEqual([]);
  });
});
