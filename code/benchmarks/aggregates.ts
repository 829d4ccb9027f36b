import assert from 'node:assert/strict';
import { Dog, DogSchool } from './dog.ts';
import { aimAt } from './measure.ts';
import type { Row } from './row.ts';
import type { Sizes } from './sizes.ts';

/** Per second: ten times what Python's library does with the same dog, in memory, on two such cores. */
const AIMS = { triggers: 3_050_000, saves: 230_000, replayed: 1_190_000 } as const;

/** Events of one dog, as in the tutorial's benchmark: the more a dog has, the more has to be kept until it is saved. */
const TRICKS = 100;

/** The tutorial's dog without a database. */
export async function aggregates({ rounds, triggers, events }: Sizes): Promise<Row[]> {
  const suite = 'dog';
  const triggering = await aimAt(
    { suite, name: 'trigger', unit: 'triggers/s' },
    rounds,
    async () => {
      for (let done = 0; done < triggers; done += TRICKS) {
        const dog = new Dog('Fido');
        for (let n = 0; n < TRICKS; n++) dog.addTrick('roll over');
        assert.equal(dog.pendingEvents.length, 1 + TRICKS);
      }
      return Math.ceil(triggers / TRICKS) * TRICKS;
    },
    AIMS.triggers,
  );

  const school = new DogSchool();
  const waiting: string[] = [];
  async function register(count: number) {
    for (let n = 0; n < count; n++) {
      const dog = new Dog('Fido');
      await school.save(dog);
      waiting.push(dog.id);
    }
  }
  const saves = Math.ceil(triggers / 10);
  await register(saves * (rounds + 1));
  const saving = await aimAt(
    { suite, name: 'get, trigger and save', unit: 'commands/s' },
    rounds,
    async () => {
      for (const id of waiting.splice(0, saves)) {
        const dog = await school.repository.get(Dog, id);
        dog.addTrick('roll over');
        await school.save(dog);
      }
      return saves;
    },
    AIMS.saves,
  );
  assert.equal((await school.notificationLog.select({ start: 2 * saves * (rounds + 1), limit: 10 })).length, 1);

  const old = new Dog('Methuselah');
  for (let n = 1; n < events; n++) old.addTrick('roll over');
  await school.save(old);
  const gets = Math.ceil(triggers / events);
  const replaying = await aimAt(
    { suite, name: `get a dog of ${events} events`, unit: 'events/s' },
    rounds,
    async () => {
      for (let n = 0; n < gets; n++) assert.equal((await school.repository.get(Dog, old.id)).version, events);
      return gets * events;
    },
    AIMS.replayed,
  );
  return [triggering, saving, replaying];
}
