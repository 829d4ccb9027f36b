import { Aggregate, Application, event } from 'eventsourcing';

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
