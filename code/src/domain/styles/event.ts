import { hasRestParameter, ownConstructor } from '../definition/class-source.ts';
import { type Class, named } from '../definition/definition.ts';
import { EventSpec } from '../definition/event-spec.ts';
import { type Mark, type Marks, marksIn, marksOf, marksOn } from '../definition/marks.ts';
import { refuseForeign } from '../definition/other-library.ts';
import type { DomainEvent } from '../domain-event.ts';
import { DefinitionError } from '../errors.ts';
import { COPY, OWN } from '../library-mark.ts';
import { AggregateCore } from '../recording/aggregate-core.ts';
import { recordConstruction } from '../recording/construct.ts';
import { recordingMethod, refuseReservedName } from '../recording/trigger.ts';
import { draftOf } from './draft.ts';
import type { AllNamed, EventToken, Untyped } from './event-types.ts';

/** See {@link event}. */
export interface EventFunction {
  /**
   * Names the event that a class or a method records. Above a class, it is the event that creates the aggregate, and
   * its name is written in full (`'Dog.Registered'`); above a method, it is the event of that method (`'TrickAdded'`).
   *
   * Calling the method records the event, and the event runs the body: now, and at each replay. The body therefore
   * changes nothing but the aggregate, depends on nothing but the aggregate and its parameters, and is synchronous.
   *
   * @param type the name of the event.
   * @param parameters the names of all parameters, in their order; they become the names in the event's payload.
   * @throws {DefinitionError} when the class is defined, if the event does not fit what it stands above.
   * @example
   * ```ts
   * import { Aggregate, event } from 'eventsourcing';
   *
   * @event('Dog.Registered', 'name')
   * class Dog extends Aggregate {
   *   readonly tricks: string[] = [];
   *   constructor(readonly name: string) { super(); }
   *
   *   @event('TrickAdded', 'trick')
   *   addTrick(trick: string) { this.tricks.push(trick); }
   * }
   *
   * const dog = new Dog('Fido');
   * dog.addTrick('roll over');
   * console.log(dog.collectEvents().map((e) => e.type)); // [ 'Dog.Registered', 'Dog.TrickAdded' ]
   * ```
   */
  <const Type extends string, const Names extends readonly string[]>(
    type: Type,
    ...parameters: Names
  ): EventToken<Type, Names, Untyped<Names>>;

  /**
   * An event whose payload has a type. Hold it in a constant: it is a decorator, and recognises its events later.
   *
   * @example
   * ```ts
   * import { Aggregate, event } from 'eventsourcing';
   *
   * const Credited = event.of<{ amount: number }>()('Credited', 'amount');
   *
   * @event('Account.Opened')
   * class Account extends Aggregate {
   *   balance = 0;
   *
   *   @Credited
   *   credit(amount: number) { this.balance += amount; }
   * }
   *
   * const account = new Account();
   * account.credit(20);
   * for (const e of account.collectEvents()) {
   *   if (Credited.matches(e)) console.log(e.payload.amount); // 20
   * }
   * ```
   */
  of<P extends object>(): <const Type extends string, const Names extends readonly (keyof P & string)[]>(
    type: Type,
    ...parameters: Names & AllNamed<P, Names>
  ) => EventToken<Type, Names, P>;
}

/**
 * The one decorator of the library, and the maker of event types.
 *
 * The type that the compiler holds callers to is stricter than what can be said of the implementation, whose checks
 * are made when a class is defined.
 */
export const event = Object.assign(makeToken, { of: () => makeToken }) as unknown as EventFunction;

function makeToken(type: unknown, ...parameters: readonly unknown[]): object {
  return tokenOf(new EventSpec(type, parameters, []));
}

function tokenOf(spec: EventSpec): object {
  function decorate(...args: readonly unknown[]): unknown {
    const [target, context] = args;
    if (args.length < 2 && typeof target !== 'function') return draftOf(spec, target ?? {});
    const { kind, metadata } = standardContext(context, spec);
    return kind === 'class' ? decorateClass(target, spec, metadata) : decorateMethod(target, spec, context, metadata);
  }
  Object.defineProperty(decorate, SPEC, { value: spec });
  Object.defineProperty(decorate, COPY, { value: OWN });
  return Object.assign(decorate, {
    type: spec.type,
    parameters: spec.parameters,
    version: spec.version,
    upcasts: (steps: unknown) => tokenOf(new EventSpec(spec.type, spec.parameters, steps)),
    matches: (candidate: DomainEvent) => spec.recordedAs.has(candidate.type),
  });
}

const SPEC = Symbol('eventsourcing.spec');

/** What an event was told, from the event itself. */
export function specOf(token: unknown): EventSpec {
  const spec: unknown = typeof token === 'function' ? Reflect.get(token, SPEC) : undefined;
  if (spec instanceof EventSpec) return spec;
  refuseForeign(token, 'This event', 'ES_EVENT_NAME');
  throw new DefinitionError('ES_EVENT_NAME', 'An event is missing where one is needed: make it with event(…).');
}

function decorateClass(target: unknown, spec: EventSpec, metadata: unknown): Class {
  if (!isClassOfAggregates(target)) {
    refuseForeign(target, `The class under @event('${spec.type}')`);
    throw new DefinitionError(
      'ES_NOT_AN_AGGREGATE',
      `@event('${spec.type}') stands above ${typeof target === 'function' ? named(target) : 'something'}, which does ` +
        'not extend Aggregate.',
    );
  }
  return markClass(target, spec, marksIn(metadata));
}

/** Records the construction of a class as an event. */
export function markClass<T extends Class>(target: T, spec: EventSpec, marks: Marks): T {
  if (spec.topic === undefined) {
    throw new DefinitionError(
      'ES_EVENT_NAME',
      `The event of ${named(target)} is written in full, once: @event('${target.name || 'Dog'}.${spec.name}', …). What ` +
        'stands before the dot is the name under which its events are stored.',
    );
  }
  if (marks.created !== undefined) {
    throw new DefinitionError(
      'ES_EVENT_DUPLICATE',
      `${named(target)} has two created events, ${marks.created.type} and ${spec.type}, and \`new\` could not choose. ` +
        'Keep one; let a subclass with an event of its own be the other way to begin.',
    );
  }
  const clash = marks.methods.find((mark) => mark.spec.name === spec.name);
  if (clash !== undefined) throw duplicate(spec, clash.key, 'the class');
  checkParameters(target, spec);
  marks.created = spec;
  marks.target = target;
  // Who only reads events, and never makes an aggregate, has the tokens recognise them too.
  const inherited = marksOf(Object.getPrototypeOf(target)).flatMap((each) => each.methods);
  for (const each of [...inherited, ...marks.methods]) each.spec.recordedAs.add(`${spec.topic}.${each.spec.name}`);
  return recordConstruction(target);
}

function checkParameters(target: Class, { type, parameters }: EventSpec): void {
  // A class without a constructor of its own passes on what it gets, and its `length` is 0.
  let written: unknown = target;
  let own = ownConstructor(target);
  while (typeof written === 'function' && written.length === 0 && (own === 'none' || own === undefined)) {
    const parent: unknown = Object.getPrototypeOf(written);
    if (parent === AggregateCore || typeof parent !== 'function') break;
    written = marksOn(parent)?.target ?? parent;
    own = typeof written === 'function' ? ownConstructor(written) : undefined;
  }
  const length = typeof written === 'function' ? written.length : 0;
  const hasDefaults = length === 0 && own === 'with parameters';
  if (length !== parameters.length || hasDefaults) {
    throw miscounted(`The constructor of ${named(target)}`, type, parameters, length);
  }
}

function decorateMethod(target: unknown, spec: EventSpec, context: unknown, metadata: unknown): unknown {
  const key = methodKey(context, spec);
  if (!isMethod(target)) throw misplaced(spec, 'something that is not a method');
  return markMethod(target, key, spec, marksIn(metadata));
}

/** Records the calls of a method as events, and returns the method to call. */
export function markMethod(
  body: Mark['body'],
  key: string | symbol,
  spec: EventSpec,
  marks: Marks,
): ReturnType<typeof recordingMethod> {
  const at = `the method ${String(key)}`;
  if (spec.topic !== undefined) {
    throw new DefinitionError(
      'ES_EVENT_NAME',
      `The event of ${at} is written without a prefix: @event('${spec.name}', …). The prefix is that of its class.`,
    );
  }
  refuseReservedName(key, `The method ${String(key)}, which is to record ${spec.type},`);
  const kind = Object.prototype.toString.call(body);
  if (kind !== '[object Function]') {
    throw new DefinitionError(
      'ES_EVENT_TARGET',
      `@event('${spec.type}') stands above ${at}, which is ${kind.includes('Async') ? 'async' : 'a generator'}. ` +
        'The body of a recorded method decides at once; await what it needs before the call.',
    );
  }
  const twice = marks.methods.find((mark) => mark.key === key);
  if (twice !== undefined) {
    throw new DefinitionError(
      'ES_EVENT_DUPLICATE',
      `Two events stand above ${at}: ${twice.spec.type} and ${spec.type}. A call records one event.`,
    );
  }
  const clash = marks.methods.find((mark) => mark.spec.name === spec.name);
  if (clash !== undefined) throw duplicate(spec, clash.key, String(key));
  if (body.length !== spec.parameters.length || hasRestParameter(body)) {
    const what = `${at[0]?.toUpperCase()}${at.slice(1)}`;
    throw miscounted(what, spec.type, spec.parameters, body.length, hasRestParameter(body));
  }
  const mark: Mark = { spec, key, body };
  marks.methods.push(mark);
  return recordingMethod(mark);
}

/** What a standard decorator gets as its second argument. Legacy ones get a property name, or nothing. */
function standardContext(context: unknown, spec: EventSpec): { kind: string; metadata: unknown } {
  if (typeof context !== 'object' || context === null || !('kind' in context) || typeof context.kind !== 'string') {
    throw new DefinitionError(
      'ES_DECORATORS',
      `@event('${spec.type}') was called as a legacy decorator. It is a standard one: remove experimentalDecorators ` +
        'from the compiler options (and emitDecoratorMetadata with it).',
    );
  }
  if (context.kind !== 'class' && context.kind !== 'method') throw misplaced(spec, `a ${context.kind}`);
  return { kind: context.kind, metadata: 'metadata' in context ? context.metadata : undefined };
}

function methodKey(context: unknown, spec: EventSpec): string | symbol {
  if (typeof context === 'object' && context !== null) {
    if ('static' in context && context.static === true) throw misplaced(spec, 'a static method');
    if ('private' in context && context.private === true) {
      throw misplaced(spec, 'a #private method (TypeScript’s `private` works)');
    }
    if ('name' in context && (typeof context.name === 'string' || typeof context.name === 'symbol')) {
      return context.name;
    }
  }
  throw misplaced(spec, 'a method without a name');
}

function misplaced(spec: EventSpec, what: string): DefinitionError {
  return new DefinitionError(
    'ES_EVENT_TARGET',
    `@event('${spec.type}') stands above ${what}. It belongs above a class that extends Aggregate, or above a method.`,
  );
}

function duplicate(spec: EventSpec, first: string | symbol, second: string): DefinitionError {
  return new DefinitionError(
    'ES_EVENT_DUPLICATE',
    `The event ${spec.name} stands above ${String(first)} and above ${second}. Give each its own event: replay could ` +
      'not tell which of them to run.',
  );
}

function miscounted(
  what: string,
  type: string,
  names: readonly string[],
  length: number,
  hasRest = false,
): DefinitionError {
  const listed = names.length === 0 ? 'none' : `${names.length} (${names.join(', ')})`;
  return new DefinitionError(
    'ES_EVENT_PARAMETERS',
    `${what} has ${length} recordable parameter${length === 1 ? '' : 's'}${hasRest ? ' and one with ...' : ''}, and event('${type}', …) names ${listed}. ` +
      'Name each parameter, in order. Parameters with a default or with ... cannot be recorded, since replay would ' +
      'evaluate them again: use an optional parameter (name?: string) or an array.',
  );
}

export function isMethod(target: unknown): target is Mark['body'] {
  return typeof target === 'function';
}

function isClassOfAggregates(target: unknown): target is Class {
  return typeof target === 'function' && target.prototype instanceof AggregateCore;
}
