import type { Store } from 'eventsourcing';
import { type Contender, type Place, SECTION_SIZE } from './contender.ts';
import { Dog, DogSchool } from './dog.ts';

/** The library, as a reader of the tutorial uses it. */
export function libraryOn(open: () => Store, close: () => Promise<void>): Contender {
  const store = open();
  const school = new DogSchool({ store, sectionSize: SECTION_SIZE });
  const withSnapshots = new DogSchool({ store, snapshots: true });
  return {
    async begin() {
      const own = new DogSchool({ store: open() });
      const dog = new Dog('Fido');
      await own.save(dog);
      return {
        id: dog.id,
        async append(events) {
          for (let n = 0; n < events; n++) dog.addTrick('roll over');
          await own.save(dog);
        },
      };
    },
    load: async (id) => (await school.repository.get(Dog, id)).tricks.length,
    async takeSnapshot(id) {
      await withSnapshots.takeSnapshot(Dog, id);
    },
    loadFromSnapshot: async (id) => (await withSnapshots.repository.get(Dog, id)).tricks.length,
    async drain() {
      let events = 0;
      for (let next = 1; ; ) {
        const section = await school.notificationLog.select({ start: next });
        events += section.filter(({ payload }) => payload !== undefined).length;
        const last = section.at(-1);
        if (last === undefined) return events;
        next = last.id + 1;
      }
    },
    places: async (): Promise<readonly Place[]> => await store.recorder(school.name).selectNotifications(),
    close,
  };
}
