/**
 * What the compiler accepts and refuses of deciders. Nothing here runs: `tsc` is the test.
 */
import { Application, type DomainEvent, decider, event } from '../../index.ts';

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<A>() {
  return <B>(_same: Equals<A, B>, _value?: B): void => undefined;
}

const Registered = event.of<{ name: string }>()('Dog.Registered', 'name');
const TrickAdded = event.of<{ trick: string; tags?: string[] }>()('TrickAdded', 'trick', 'tags');
const Left = event('Left');

interface DogState {
  readonly name: string;
  readonly tricks: readonly string[];
}

// All types follow from that of the state and those of the events.

const Dog = decider<DogState>()({
  events: [Registered, TrickAdded, Left],
  evolve: {
    Registered: (none, { name }) => {
      expectType<undefined>()<typeof none>(true);
      return { name, tricks: [] };
    },
    TrickAdded: (dog, { trick, tags }) => {
      expectType<DogState>()<typeof dog>(true);
      expectType<readonly string[] | undefined>()<typeof tags>(true);
      return { ...dog, tricks: [...dog.tricks, trick] };
    },
    Left: () => null,
  },
  create: (name: string, ...tricks: readonly string[]) => [
    Registered({ name }),
    ...tricks.map((trick) => TrickAdded({ trick })),
  ],
  createId: (name) => name.toUpperCase(),
  decide: {
    addTrick: (dog, trick: string, times?: number) =>
      dog.tricks.includes(trick) ? [] : Array.from({ length: times ?? 1 }, () => TrickAdded({ trick })),
    leave: () => [Left()],
  },
});
type Dog = InstanceType<typeof Dog>;

class School extends Application {
  static aggregates = [Dog];
}

export async function dogs(dog: Dog, events: DomainEvent[], school: School) {
  expectType<DogState>()<Dog['state']>(true);
  expectType<(trick: string, times?: number) => void>()<Dog['addTrick']>(true);
  expectType<() => void>()<Dog['leave']>(true);
  expectType<DogState>()<(typeof copy)['state']>(true);
  const copy = Dog.replay(events);
  const got = await school.repository.get(Dog, dog.id);
  got.addTrick('sit', 2);
  await school.update(Dog, dog.id, (d) => d.leave());
  Dog.decide.addTrick(dog.state, 'sit');
  Dog.evolve.TrickAdded(dog.state, { trick: 'sit' });
  new Dog('Fido', 'sit', 'roll over');
  // @ts-expect-error: a name is text.
  new Dog(1);
  // @ts-expect-error: it is called addTrick.
  dog.addTricks('sit');
  // @ts-expect-error: a state is replaced by commands alone.
  dog.state = { name: 'Rex', tricks: [] };
  // @ts-expect-error: TrickAdded says which.
  TrickAdded({});
  // @ts-expect-error: an event with a payload needs it.
  TrickAdded();
  // @ts-expect-error: it has no such field.
  TrickAdded({ trick: 'sit', level: 2 });
  // The words of a payload are not widened, and one that may be empty may be left out.
  expectType<'up' | 'down'>()<ReturnType<typeof Moved>['payload']['way']>(true, Moved({ way: 'up' }).payload.way);
  expectType<{ readonly note?: string }>()<ReturnType<typeof Noted>['payload']>(true, Noted().payload);
  Noted({ note: 'well done' });
  // @ts-expect-error: that is no way to move.
  Moved({ way: 'left' });
}

const Moved = event.of<{ way: 'up' | 'down' }>()('Moved', 'way');
const Noted = event.of<{ note?: string }>()('Noted', 'note');

// What does not fit does not compile.

decider<DogState>()({
  events: [Registered, TrickAdded],
  // @ts-expect-error: evolve lacks TrickAdded.
  evolve: { Registered: (_, { name }) => ({ name, tricks: [] }) },
  create: (name: string) => Registered({ name }),
  decide: {},
});

decider<DogState>()({
  events: [Registered, TrickAdded],
  evolve: {
    // @ts-expect-error: a dog has tricks.
    Registered: (_, { name }) => ({ name }),
    TrickAdded: (dog, { trick }) => {
      // @ts-expect-error: states do not change.
      dog.tricks.push(trick);
      return dog;
    },
  },
  // @ts-expect-error: not the event that a dog begins with.
  create: (name: string) => TrickAdded({ trick: name }),
  decide: {
    // @ts-expect-error: not one of the events.
    leave: () => Left(),
    // @ts-expect-error: a dog is registered once.
    again: (dog) => Registered({ name: dog.name }),
    // @ts-expect-error: it decides at once.
    wait: async () => TrickAdded({ trick: 'wait' }),
  },
});

decider<DogState>()({
  events: [Registered],
  evolve: {
    Registered: (_, { name }) => ({ name, tricks: [] }),
    // @ts-expect-error: there is no such event.
    Left: () => null,
  },
  create: (name: string) => Registered({ name }),
  decide: {},
});
