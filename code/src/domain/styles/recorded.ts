import { named } from '../definition/definition.ts';
import { METADATA, marksIn, metadataOf } from '../definition/marks.ts';
import { refuseForeign } from '../definition/other-library.ts';
import { DefinitionError } from '../errors.ts';
import { type AggregateClass, isAggregateClass } from '../recording/aggregate-class.ts';
import type { AggregateCore } from '../recording/aggregate-core.ts';
import { isMethod, markClass, markMethod, specOf } from './event.ts';
import type { AnyClass, AnyMethod, AnyToken, DoesNotFit, Fits } from './event-types.ts';

/** The events of a class and its methods: `new` for the one that creates the aggregate. */
export type RecordedEvents<T extends AnyClass, M> = {
  readonly [K in keyof M]: K extends 'new'
    ? FittingToken<T, M[K]>
    : K extends keyof InstanceType<T>
      ? InstanceType<T>[K] extends AnyMethod
        ? FittingToken<InstanceType<T>[K], M[K]>
        : DoesNotFit<'this is not a method'>
      : DoesNotFit<'the class has no public method of this name'>;
};

type FittingToken<Target, Token> =
  Token extends AnyToken<infer Type, infer Names, infer P>
    ? Fits<Target, Type, Names, P> extends DoesNotFit<infer Reason>
      ? DoesNotFit<Reason>
      : Token
    : DoesNotFit<'this was not made by event(…)'>;

/**
 * Does what `@event` does, without decorators: for code that is run without a compiler, as `node file.ts` does.
 * The same class records the same events either way.
 *
 * With the compiler option `declaration`, a class that is written inside the call can be exported if all of its members are
 * public. TypeScript (TS4094) writes no declaration of private, protected and `#private` members of a class that has no
 * name outside: export such a class by a name of its own, `export class PlainDog extends Aggregate { … }`, and give
 * `recorded` that one.
 *
 * @param type the class.
 * @param events `new` is the event that creates the aggregate; the others have the names of the methods.
 * @returns the class to use.
 * @throws {DefinitionError} if an event does not fit what it is for.
 * @example
 * ```ts
 * import { Aggregate, event, recorded } from 'eventsourcing';
 *
 * const Dog = recorded(
 *   class Dog extends Aggregate {
 *     readonly name: string;
 *     readonly tricks: string[] = [];
 *     constructor(name: string) { super(); this.name = name; }
 *     addTrick(trick: string) { this.tricks.push(trick); }
 *   },
 *   { new: event('Dog.Registered', 'name'), addTrick: event('TrickAdded', 'trick') },
 * );
 * type Dog = InstanceType<typeof Dog>;
 *
 * const dog: Dog = new Dog('Fido');
 * dog.addTrick('roll over');
 * console.log(dog.collectEvents().map((e) => e.type)); // [ 'Dog.Registered', 'Dog.TrickAdded' ]
 * ```
 */
export function recorded<T extends AggregateClass<AggregateCore>, const M extends object>(
  type: T,
  events: M & RecordedEvents<T, NoInfer<M>>,
): T {
  if (!isAggregateClass(type)) {
    refuseForeign(type, `${named(type)}, which recorded was given,`);
    throw new DefinitionError(
      'ES_NOT_AN_AGGREGATE',
      `recorded was given ${named(type)}, which does not extend Aggregate.`,
    );
  }
  if (!Object.hasOwn(type, METADATA)) {
    Object.defineProperty(type, METADATA, { value: Object.create(metadataOf(type)) });
  }
  const marks = marksIn(metadataOf(type));
  for (const key of Reflect.ownKeys(events)) {
    if (key === 'new') continue;
    const descriptor = Reflect.getOwnPropertyDescriptor(type.prototype, key);
    const body: unknown = descriptor?.value;
    if (descriptor === undefined || !isMethod(body)) {
      throw new DefinitionError(
        'ES_EVENT_TARGET',
        `recorded names an event for ${String(key)}, and ${named(type)} declares no such method.`,
      );
    }
    const method = markMethod(body, key, specOf(Reflect.get(events, key)), marks);
    Object.defineProperty(type.prototype, key, { ...descriptor, value: method });
  }
  marks.target = type;
  const created: unknown = Reflect.get(events, 'new');
  return created === undefined ? type : markClass(type, specOf(created), marks);
}
