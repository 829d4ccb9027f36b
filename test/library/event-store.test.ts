import { MemoryRecorder, type StoredEvent, StoreError } from 'eventsourcing';
import { expect, test } from 'vitest';
import { Dog, DogSchool } from './dog.ts';
import { rejectionOf } from './errors.ts';

test.each([0, 1, 3])('a recorder that answers with %d ids for two events is found out', async (count) => {
  class Forgetful extends MemoryRecorder {
    override async insert(events: readonly StoredEvent[]): Promise<number[]> {
      const ids = await super.insert(events);
      return [...ids, 3].slice(0, count);
    }
  }
  const school = new DogSchool({ store: { recorder: () => new Forgetful() } });
  const dog = new Dog('Fido');
  dog.addTrick('sit');
  const error = await rejectionOf(school.save(dog));
  expect(error).toBeInstanceOf(StoreError);
  expect(error.code).toBe('ES_STORE_CONTRACT');
  expect(error.message).toContain(`given 2 events to store and answered with ${count} ids`);
  expect(error.message).toContain('may well be stored');
  // And so they are.
  expect((await school.getDog(dog.id)).tricks).toEqual(['sit']);
});
