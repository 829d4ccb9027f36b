import { MemoryRecorder, memory, type StoredEvent, StoreError } from 'eventsourcing';
import { expect, test } from 'vitest';
import { Dog, DogSchool } from '../support/dog.ts';
import { rejectionOf } from '../support/errors.ts';

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

test('states of every length, in every alphabet, share no bytes', async () => {
  const store = memory();
  const school = new DogSchool({ store });
  const names = Array.from({ length: 60 }, (_, n) => ['a', 'é', '犬', '🐕'].map((letter) => letter.repeat(n))).flat();
  const dogs = names.map((name) => new Dog(name));
  for (const dog of dogs) await school.save(dog);
  const stored = await store.recorder('DogSchool').selectNotifications();
  const texts = stored.map(({ state }) => new TextDecoder('utf-8', { fatal: true }).decode(state));
  expect(texts.map((text) => JSON.parse(text).payload.name)).toEqual(names);
  for (const [index, dog] of dogs.entries()) expect((await school.getDog(dog.id)).name).toBe(names[index]);
});
