import { VersionConflictError } from 'eventsourcing';
import { describe, expect, test } from 'vitest';
import { Dog, DogSchool } from '../support/dog.ts';
import { rejectionOf } from '../support/errors.ts';
import type { TestedStore } from './stores.ts';

/** What would leave a gap between the stored versions of an aggregate, which no replay could cross. */
export function gapsSuite({ name, open }: TestedStore): void {
  describe(`on ${name}, a save`, () => {
    test('after collectEvents is refused, and what is stored stays readable', async () => {
      const school = new DogSchool({ store: open() });
      const dog = new Dog('Fido');
      await school.save(dog);
      dog.addTrick('sit');
      dog.collectEvents();
      dog.addTrick('roll over');
      const error = await rejectionOf(school.save(dog));
      expect(error).toBeInstanceOf(VersionConflictError);
      expect(error).toMatchObject({ aggregateId: dog.id, version: 3, expectedVersion: 2, foundVersion: 1 });
      expect(error.message).toMatch(/its last stored version is 1, so that version 2 is missing.*collectEvents\(\)/);
      expect(await school.getDog(dog.id)).toEqual({ name: 'Fido', tricks: [] });
      expect(dog.pendingEvents).toHaveLength(1);
    });

    test('of later events of an aggregate that was never stored is refused, and works once the first ones are stored', async () => {
      const school = new DogSchool({ store: open() });
      const dog = new Dog('Fido');
      const registered = dog.collectEvents();
      dog.addTrick('sit');
      const error = await rejectionOf(school.save(dog));
      expect(error).toMatchObject({ code: 'ES_VERSION_CONFLICT', version: 2, expectedVersion: 1, foundVersion: 0 });
      expect(error.message).toContain('nothing is stored of the aggregate, so its first events are missing');
      const [trickAdded] = dog.pendingEvents;
      expect((await rejectionOf(school.save(trickAdded))).code).toBe('ES_VERSION_CONFLICT');
      expect(await school.notificationLog.select()).toEqual([]);
      await school.save(...registered);
      await school.save(dog);
      expect(await school.getDog(dog.id)).toEqual({ name: 'Fido', tricks: ['sit'] });
    });

    test('of first events and the aggregate that goes on after them is one save', async () => {
      const school = new DogSchool({ store: open() });
      const dog = new Dog('Fido');
      const registered = dog.collectEvents();
      dog.addTrick('sit');
      expect(await school.save(...registered, dog)).toHaveLength(2);
      expect(await school.getDog(dog.id)).toEqual({ name: 'Fido', tricks: ['sit'] });
    });

    test('with a version missing in the middle is refused as a whole', async () => {
      const school = new DogSchool({ store: open() });
      const dog = new Dog('Fido');
      for (const trick of ['sit', 'roll over']) dog.addTrick(trick);
      const [first, , third] = dog.pendingEvents;
      if (first === undefined || third === undefined) throw new Error('There are no events.');
      const error = await rejectionOf(school.save(first, third));
      expect(error).toMatchObject({ code: 'ES_VERSION_CONFLICT', version: 3, foundVersion: 0 });
      expect(error.message).toContain('the version before it in the same save is 1, so that version 2 is missing');
      expect(await school.notificationLog.select()).toEqual([]);
    });
  });
}
