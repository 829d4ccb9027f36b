/** What the compiler knows of applications; see `event.type.test.ts`. */
import {
  Aggregate,
  Application,
  event,
  type ForgottenNotification,
  type LogItem,
  type Notification,
} from '../index.ts';

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
  for (const item of await school.notificationLog.select()) {
    expectType<LogItem>()<typeof item>(true);
    // What may throw can be read, so that applications that forget nobody are not burdened.
    expectType<unknown>()<typeof item.payload.name>(true);
    if (item.forgotten) {
      expectType<ForgottenNotification>()<typeof item>(true);
      expectType<never>()<typeof item.payload>(true);
    } else {
      expectType<Notification>()<typeof item>(true);
    }
    // @ts-expect-error: what is in the log may be forgotten, and has to be looked at.
    const notification: Notification = item;
    expectType<Notification>()<typeof notification>(true);
  }
  // @ts-expect-error: what is saved is an aggregate or an event.
  await school.save('dog');
  // @ts-expect-error: what is got is an aggregate.
  await school.repository.get(Date, id);
  // @ts-expect-error: options have their names.
  new DogSchool({ storage: undefined });
}
