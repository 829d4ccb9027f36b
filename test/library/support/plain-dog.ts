import { Aggregate, event, recorded } from '../../../code/src/index.ts';

/** The same dog without a decorator, so that Node runs it as it is. */
export const PlainDog = recorded(
  class PlainDog extends Aggregate {
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
