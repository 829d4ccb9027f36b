import { on, type Store } from 'eventsourcing';
import { projection } from 'eventsourcing/projection';
import { type Contender, type Place, SECTION_SIZE } from './contender.ts';
import { Dog, DogSchool } from './dog.ts';

const dogs = projection(
  { name: 'Dogs', tables: { dogs: { name: 'text', tricks: 'integer' } } },
  {
    on: [
      on('Dog.Registered', ({ aggregateId, payload }, { dogs }) =>
        dogs.set(aggregateId, { name: String(payload.name), tricks: 0 }),
      ),
      on('Dog.TrickAdded', async ({ aggregateId }, { dogs }) => {
        const dog = await dogs.get(aggregateId);
        if (dog !== undefined) dogs.set(aggregateId, { ...dog, tricks: dog.tricks + 1 });
      }),
    ],
    forget: 'keeps nothing personal',
  },
);

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
    async projection(name) {
      const view = dogs.open({ store, name });
      await view.position(school.name);
      return {
        async follow() {
          await view.catchUp(school);
          const rows = await view.tables.dogs.all();
          return rows.reduce((sum, { tricks }) => sum + 1 + tricks, 0);
        },
      };
    },
    places: async (): Promise<readonly Place[]> => await store.recorder(school.name).selectNotifications(),
    close,
  };
}
