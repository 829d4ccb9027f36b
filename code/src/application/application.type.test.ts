/** What the compiler knows of applications; see `event.type.test.ts`. */
import { Aggregate, Application, event, type Notification } from '../index.ts';

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<A>() {
  return <B>(_same: Equals<A, B>, _value?: B): void => undefined;
}

@event('Dog.Registered', 'name')
class Dog extends Aggregate {
  constructor(readonly name: string) {
    super();
  }
}

class DogSchool extends Application {
  static aggregates = [Dog];
}

export async function use(school: DogSchool, id: string) {
  const dog = await school.repository.get(Dog, id);
  expectType<Dog>()<typeof dog>(true);
  const then = await school.repository.get(Dog, id, { version: 1 });
  expectType<Dog>()<typeof then>(true);
  const length = await school.update(Dog, id, (each) => each.name.length);
  expectType<number>()<typeof length>(true);
  const saved = await school.save(dog, null);
  expectType<Notification[]>()<typeof saved>(true);
  // @ts-expect-error: what is saved is an aggregate or an event.
  await school.save('dog');
  // @ts-expect-error: what is got is an aggregate.
  await school.repository.get(Date, id);
  // @ts-expect-error: options have their names.
  new DogSchool({ storage: undefined });
}
