import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Aggregate, Application, event, memory, recordAs, recorded } from 'eventsourcing';
import { describe, expect, test } from 'vitest';
import { Dog, FunctionalDog, PlainDog } from '../../support/dog.ts';
import { expectCode } from '../../support/errors.ts';

describe('without decorators', () => {
  test('the same events are stored, byte for byte, in all three styles', async () => {
    const bytesOf = async (DogClass: typeof Dog | typeof PlainDog | typeof FunctionalDog) => {
      class School extends Application {
        static aggregates = [DogClass];
      }
      const store = memory();
      const dog = recordAs({ id: 'dog-1', timestamp: new Date(0) }, () => {
        const made = new DogClass('Fido');
        made.addTrick('sit');
        return made;
      });
      await new School({ store }).save(dog);
      return await store.recorder('School').selectNotifications();
    };
    const decorated = await bytesOf(Dog);
    expect(decorated).toHaveLength(2);
    expect(await bytesOf(PlainDog)).toEqual(decorated);
    expect(await bytesOf(FunctionalDog)).toEqual(decorated);
  });

  test('the class is the one that was written', () => {
    const dog = new PlainDog('Fido');
    expect(dog).toBeInstanceOf(PlainDog);
    expect(dog.constructor).toBe(PlainDog);
    expect(PlainDog.name).toBe('PlainDog');
    dog.addTrick('sit');
    expect(PlainDog.replay(dog.collectEvents()).equals(dog)).toBe(true);
  });

  test('a recorded class can be extended, and a decorated one too', () => {
    const Puppy = recorded(
      class Puppy extends PlainDog {
        naps = 0;
        nap() {
          this.naps += 1;
        }
      },
      { new: event('Puppy.Born', 'name'), nap: event('Napped') },
    );
    const puppy = new Puppy('Bit');
    puppy.nap();
    puppy.addTrick('sit');
    const events = puppy.collectEvents();
    expect(events.map((e) => e.type)).toEqual(['Puppy.Born', 'Puppy.Napped', 'Puppy.TrickAdded']);
    expect(Puppy.replay(events).equals(puppy)).toBe(true);
  });

  test('what does not fit is refused when the class is defined', () => {
    const loose = (type: unknown, events: unknown): unknown => Reflect.apply(recorded, undefined, [type, events]);
    class Plain extends Aggregate {
      add(item: string) {
        return item;
      }
    }
    expectCode(() => loose(class {}, {}), 'ES_NOT_AN_AGGREGATE');
    expectCode(() => loose(Plain, { new: event('P.Made'), ad: event('Added', 'item') }), 'ES_EVENT_TARGET', /ad\b/);
    expectCode(() => loose(Plain, { new: event('P.Made'), add: 'Added' }), 'ES_EVENT_NAME', /event\(…\)/);
    expectCode(() => loose(Plain, { new: event('P.Made'), add: event('Added') }), 'ES_EVENT_PARAMETERS', /add has 1/);
    expectCode(
      () => loose(class extends Aggregate {}, { new: event('P.Made', 'name') }),
      'ES_EVENT_PARAMETERS',
      /names 1 \(name\)/,
    );
    expectCode(
      () =>
        loose(
          class extends Aggregate {
            async wait() {}
          },
          { wait: event('Waited') },
        ),
      'ES_EVENT_TARGET',
      /async/,
    );
  });

  test.each(['plain-dog.ts', 'functional-dog.ts'])('Node runs %s as it is', (name) => {
    const file = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toBe("[ 'Dog.Registered', 'Dog.TrickAdded' ]\nFido [ 'roll over' ]\n");
  });
});
