import { Aggregate, Application, decider, event } from 'eventsourcing';

@event('Dog.Registered', 'name')
export class Dog extends Aggregate {
  readonly tricks: string[] = [];
  constructor(readonly name: string) {
    super();
  }

  @event('TrickAdded', 'trick')
  addTrick(trick: string) {
    this.tricks.push(trick);
  }
}

export { PlainDog } from './plain-dog.ts';

export const Registered = event.of<{ name: string }>()('Dog.Registered', 'name');
export const TrickAdded = event.of<{ trick: string }>()('TrickAdded', 'trick');

interface DogState {
  readonly name: string;
  readonly tricks: readonly string[];
}

/** And as functions, of which one also says no. */
export const FunctionalDog = decider<DogState>()({
  events: [Registered, TrickAdded],
  evolve: {
    Registered: (_, { name }) => ({ name, tricks: [] }),
    TrickAdded: (dog, { trick }) => ({ ...dog, tricks: [...dog.tricks, trick] }),
  },
  create: (name: string) => Registered({ name }),
  decide: {
    addTrick: (dog, trick: string) => {
      if (trick === '') throw new RangeError('A trick has a name.');
      return dog.tricks.includes(trick) ? [] : TrickAdded({ trick });
    },
  },
});

export class DogSchool extends Application {
  static aggregates = [Dog];

  async registerDog(name: string) {
    const dog = new Dog(name);
    await this.save(dog);
    return dog.id;
  }

  async addTrick(dogId: string, trick: string) {
    const dog = await this.repository.get(Dog, dogId);
    dog.addTrick(trick);
    await this.save(dog);
  }

  async getDog(dogId: string) {
    const dog = await this.repository.get(Dog, dogId);
    return { name: dog.name, tricks: [...dog.tricks] };
  }
}
