/**
 * What the compiler accepts and refuses. Nothing here runs: `tsc` is the test. An expectation that no longer holds is
 * an error, since `@ts-expect-error` without an error below it is one.
 */
import { Aggregate, type DomainEvent, event, recorded } from '../../index.ts';

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<A>() {
  return <B>(_same: Equals<A, B>, _value?: B): void => undefined;
}

// A class keeps its type, and so do its methods.

@event('Dog.Registered', 'name')
class Dog extends Aggregate {
  readonly tricks: string[] = [];
  constructor(readonly name: string) {
    super();
  }
  @event('TrickAdded', 'trick')
  addTrick(trick: string) {
    this.tricks.push(trick);
  }
  @event('Renamed', 'name', 'reason')
  rename(name: string, reason?: string): number {
    return name.length + (reason ?? '').length;
  }
  @event('Rested')
  protected rest() {}
  @event('Slept')
  private sleep() {}
  nap() {
    this.rest();
    this.sleep();
  }
}

export function dogs(dog: Dog, events: DomainEvent[]) {
  expectType<number>()<ReturnType<Dog['rename']>>(true);
  expectType<Dog>()<ReturnType<typeof Dog.replay<Dog>>>(true);
  const copy = Dog.replay(events);
  expectType<Dog>()<typeof copy>(true);
  const next = Dog.mutate(undefined, { ...dog.pendingEvents[0], ...lone });
  expectType<Dog>()<typeof next>(true);
  // @ts-expect-error: the version belongs to the library.
  dog.version = 3;
  // @ts-expect-error: and so does the id.
  dog.id = 'x';
  // @ts-expect-error: an abstract base class has no events to replay.
  new Aggregate();
}
declare const lone: DomainEvent;

// The names are counted.

export class Counting extends Aggregate {
  @event('None')
  none() {}

  // @ts-expect-error: one parameter, and no name.
  @event('Few')
  few(a: number) {
    return a;
  }

  // @ts-expect-error: one parameter, and two names.
  @event('Many', 'a', 'b')
  many(a: number) {
    return a;
  }

  // @ts-expect-error: an optional parameter has a name too.
  @event('Optional', 'a')
  optional(a: number, b?: number) {
    return a + (b ?? 0);
  }

  // @ts-expect-error: a rest parameter cannot be recorded.
  @event('Rest')
  rest(...all: number[]) {
    return all;
  }
}

// @ts-expect-error: a constructor's names are counted as well.
@event('Cat.Born')
export class Cat extends Aggregate {
  constructor(readonly name: string) {
    super();
  }
}

// An event stands above a class of aggregates, or a method that decides at once.

export class Placed extends Aggregate {
  // @ts-expect-error: async methods cannot be recorded.
  @event('Waited')
  async wait() {}

  // @ts-expect-error: nor can generators.
  @event('Counted')
  *count() {
    yield 1;
  }

  // @ts-expect-error: nor static methods.
  @event('Made')
  static make() {}

  // @ts-expect-error: nor #private ones.
  @event('Hidden')
  #hide() {}

  // @ts-expect-error: nor fields.
  @event('Set')
  field = 1;

  // @ts-expect-error: nor getters.
  @event('Got')
  get value() {
    return 1;
  }

  // @ts-expect-error: the event of a method has no prefix.
  @event('Placed.Moved')
  move() {
    this.#hide();
  }
}

// @ts-expect-error: the event of a class has one.
@event('Born')
export class Mouse extends Aggregate {}

// @ts-expect-error: an aggregate extends Aggregate.
@event('Plain.Made')
export class Plain {}

// @ts-expect-error: an event has a name.
@event
export class Unnamed extends Aggregate {}

// A typed event holds the parameters to the types of its payload.

const Credited = event.of<{ amount: number; note?: string }>()('Credited', 'amount', 'note');
expectType<'Credited'>()<typeof Credited.type>(true);
expectType<readonly ['amount', 'note']>()<typeof Credited.parameters>(true);

// @ts-expect-error: every field is named.
event.of<{ amount: number; note?: string }>()('Credited', 'amount');
// @ts-expect-error: and no other.
event.of<{ amount: number }>()('Credited', 'amount', 'note');

export class Account extends Aggregate {
  @Credited
  credit(amount: number, note?: string) {
    return [amount, note];
  }
}

export class Wrong extends Aggregate {
  // @ts-expect-error: the amount is not a string.
  @Credited
  credit(amount: string, note?: string) {
    return [amount, note];
  }

  // @ts-expect-error: the parameters are in another order.
  @Credited
  credit2(note: string, amount: number) {
    return [amount, note];
  }

  // @ts-expect-error: the parameter takes less than the payload holds.
  @Credited
  credit3(amount: 1 | 2, note?: string) {
    return [amount, note];
  }
}

export function credited(e: DomainEvent) {
  if (!Credited.matches(e)) {
    expectType<unknown>()<(typeof e.payload)[string]>(true);
    return;
  }
  expectType<number>()<typeof e.payload.amount>(true);
  expectType<string | undefined>()<typeof e.payload.note>(true);
  // @ts-expect-error: the payload has no such field.
  e.payload.other;
  // @ts-expect-error: events do not change.
  e.payload.amount = 1;
}

const Listed = event.of<{ items: string[]; by: Map<string, { n: number }> }>()('Listed', 'items', 'by');
export function listed(e: DomainEvent) {
  if (!Listed.matches(e)) return;
  // @ts-expect-error: nor does what is in them.
  e.payload.items.push('x');
  // @ts-expect-error: nor does what is in a map in them.
  e.payload.by.set('x', { n: 1 });
}

// Without decorators, the same is checked.

export const Bird = recorded(
  class Bird extends Aggregate {
    readonly name: string;
    constructor(name: string) {
      super();
      this.name = name;
    }
    sing(song: string, loud?: boolean) {
      return [song, loud];
    }
    async fly() {}
  },
  { new: event('Bird.Hatched', 'name'), sing: event('Sung', 'song', 'loud') },
);
expectType<[name: string]>()<ConstructorParameters<typeof Bird>>(true);

class Fish extends Aggregate {
  readonly size: number;
  constructor(size: number) {
    super();
    this.size = size;
  }
  swim(metres: number) {
    return metres;
  }
  async sleep() {}
}
// @ts-expect-error: the constructor has a parameter.
recorded(Fish, { new: event('Fish.Hatched') });
// @ts-expect-error: the method has one, not two.
recorded(Fish, { new: event('Fish.Hatched', 'size'), swim: event('Swum', 'metres', 'seconds') });
// @ts-expect-error: there is no such method.
recorded(Fish, { new: event('Fish.Hatched', 'size'), swin: event('Swum', 'metres') });
// @ts-expect-error: this is a field.
recorded(Fish, { size: event('Sized') });
// @ts-expect-error: this is async.
recorded(Fish, { sleep: event('Slept') });
// @ts-expect-error: this is not an event.
recorded(Fish, { swim: 'Swum' });
// @ts-expect-error: the amount is a number.
recorded(Fish, { swim: event.of<{ metres: string }>()('Swum', 'metres') });
