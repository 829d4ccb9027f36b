import { Aggregate, Application, event, recorded } from 'eventsourcing';

/** The tutorial's aggregate, without decorators, so that Node runs it as it is. */
export const Dog = recorded(
  class Dog extends Aggregate {
    readonly name: string;
    readonly tricks: string[] = [];
    constructor(name: string) {
      super();
      this.name = name;
    }
    addTrick(trick: string) {
      this.tricks.push(trick);
    }
  },
  { new: event('Dog.Registered', 'name'), addTrick: event('TrickAdded', 'trick') },
);

export class DogSchool extends Application {
  static aggregates = [Dog];
}
