import { Aggregate } from '../aggregate.ts';
import { type Definition, definitionOf } from '../definition/definition.ts';
import type { EventSpec } from '../definition/event-spec.ts';
import { type Mark, METADATA, marksIn } from '../definition/marks.ts';
import type { DomainEvent, Payload } from '../domain-event.ts';
import { CommandError, DefinitionError, EvolveError, TopicError } from '../errors.ts';
import { activity } from '../recording/activity.ts';
import { type AggregateCore, recordingOf } from '../recording/aggregate-core.ts';
import { recordConstruction, refuseNested } from '../recording/construct.ts';
import { detached, recordAll, refuseReservedName } from '../recording/trigger.ts';
import type { StateFunctions } from '../snapshot.ts';
import { DeepFreezer } from '../values/freeze.ts';
import { isRecord } from '../values/is-record.ts';
import { isThenable } from '../values/is-thenable.ts';
import { ownFields } from '../values/own-event.ts';
import type { Decide, DeciderClass, DeciderEvent, DeciderOptions } from './decider-types.ts';
import { draftOf, isDraft } from './draft.ts';
import { specOf } from './event.ts';
import type { EventDraft } from './event-types.ts';

type Pure = (...args: readonly unknown[]) => unknown;

/**
 * An aggregate in the functional style: `decide` says what happens, as pure functions from a state to events, and
 * `evolve` says what that makes of the state, as pure functions from a state and an event to the next state. States are
 * immutable; the library freezes them. What is returned is a class like any other of aggregates, which stores the same
 * events as one with `@event`. It needs no compiler but one that strips types.
 *
 * The type of the state is given first, and all else follows from it: `decider<DogState>()({ … })`.
 *
 * @throws {DefinitionError} if the functions do not fit the events (`ES_EVOLVE` if `evolve` lacks one, or has one more).
 * @example
 * ```ts
 * import { decider, event } from 'eventsourcing';
 *
 * const Registered = event.of<{ name: string }>()('Dog.Registered', 'name');
 * const TrickAdded = event.of<{ trick: string }>()('TrickAdded', 'trick');
 *
 * interface DogState {
 *   readonly name: string;
 *   readonly tricks: readonly string[];
 * }
 *
 * const Dog = decider<DogState>()({
 *   events: [Registered, TrickAdded],
 *   evolve: {
 *     Registered: (_, { name }) => ({ name, tricks: [] }),
 *     TrickAdded: (dog, { trick }) => ({ ...dog, tricks: [...dog.tricks, trick] }),
 *   },
 *   create: (name: string) => Registered({ name }),
 *   decide: {
 *     addTrick: (dog, trick: string) => (dog.tricks.includes(trick) ? [] : TrickAdded({ trick })),
 *   },
 * });
 * type Dog = InstanceType<typeof Dog>;
 *
 * const dog: Dog = new Dog('Fido');
 * dog.addTrick('roll over');
 * dog.addTrick('roll over');
 * console.log(dog.state, dog.version); // { name: 'Fido', tricks: [ 'roll over' ] } 2
 *
 * const sits = Dog.decide.addTrick({ name: 'Rex', tricks: [] }, 'sit'); // as pure as it was written
 * console.log(sits); // { type: 'TrickAdded', payload: { trick: 'sit' } }
 * ```
 */
export function decider<S extends object>(): <
  const E extends DeciderEvent,
  Args extends readonly unknown[],
  D extends Decide<S, E>,
  Data extends object = Payload,
>(
  options: DeciderOptions<S, E, Args, D, Data>,
) => DeciderClass<S, E, Args, D>;
export function decider(): unknown {
  return define;
}

/** What the options are for the implementation, which makes sure of it. */
interface UncheckedOptions {
  readonly events: readonly unknown[];
  readonly evolve: object;
  readonly create: Pure;
  readonly decide: object;
  readonly snapshot?: { readonly to: Pure; readonly from: Pure } | undefined;
}

/** What may stand in a class as a static member, and is read from there. */
const STATICS = ['createId', 'initialVersion', 'transcodings', 'upcasts'] as const;

function define(options: UncheckedOptions): object {
  const { first, later } = sorted(options.events);
  const name = first.topic?.split(/[.:/]/).at(-1) ?? first.type;
  const at = `The decider ${first.topic}`;
  const evolve = new Evolution(at, options.evolve, [first, ...later]);

  class Decided extends Aggregate {
    declare state: object;
    constructor() {
      super();
      this.state = evolve.next(undefined, eventUnderWay()) ?? {};
    }
  }
  Object.defineProperty(Decided, 'name', { value: name });
  Object.defineProperty(Decided, METADATA, { value: {} });
  for (const key of STATICS) {
    const value: unknown = Reflect.get(options, key);
    if (value !== undefined) Object.defineProperty(Decided, key, { value });
  }
  Object.defineProperty(Decided, 'snapshot', { value: snapshotOf(options.snapshot, evolve) });
  Object.defineProperty(Decided, 'decide', { value: options.decide });
  Object.defineProperty(Decided, 'evolve', { value: options.evolve });

  const marks = marksIn(Reflect.get(Decided, METADATA));
  marks.created = first;
  marks.target = Decided;
  for (const spec of later) {
    marks.methods.push({
      spec,
      key: spec.name,
      body(this: Decided) {
        become(this, evolve.next(this.state, eventUnderWay()));
      },
    });
  }

  for (const key of Reflect.ownKeys(options.decide)) {
    const decide = pure(options.decide, key, at, 'decide');
    const by = `decide.${String(key)}`;
    refuseReservedName(key, `The command ${String(key)} of ${first.topic}`, ['state']);
    Object.defineProperty(Decided.prototype, key, {
      value(this: unknown, ...args: readonly unknown[]): void {
        if (!(this instanceof Decided)) throw detached(key);
        refuseNested(`calls ${String(key)}`);
        record(this, listed(decide(this.state, ...args), by), by);
      },
      writable: true,
      configurable: true,
    });
  }

  const create = pure(options, 'create', at, 'the options');
  const type = recordConstruction(Decided, (args, { topic }) => {
    const [begins, ...rest] = listed(create(...args), 'create');
    if (begins?.type !== first.type) {
      throw new CommandError(
        'ES_ARGUMENTS',
        `create of ${topic} must return ${first.type}, which begins an aggregate, and returned ` +
          `${begins === undefined ? 'no event' : begins.type}.`,
      );
    }
    return { args: argumentsIn(begins, first), finish: (aggregate) => record(aggregate, rest, 'create') };
  });
  // What does not fit is to be known now, and not when the class is first used.
  definitionOf(type);
  return type;
}

function record(aggregate: AggregateCore, drafts: readonly EventDraft[], by: string): void {
  const { definition } = recordingOf(aggregate);
  const decisions = drafts.map((draft) => {
    const mark = markOf(definition, draft, by);
    return { mark, args: argumentsIn(draft, mark.spec) };
  });
  recordAll(aggregate, decisions, by);
}

/** The functions that make one state of another. */
class Evolution {
  readonly #functions = new Map<string, Pure>();
  readonly #freezer = new DeepFreezer();

  constructor(at: string, functions: object, specs: readonly EventSpec[]) {
    for (const { name } of specs) this.#functions.set(name, pure(functions, name, at, 'evolve'));
    for (const key of Reflect.ownKeys(functions)) {
      if (typeof key === 'string' && this.#functions.has(key)) continue;
      throw new DefinitionError(
        'ES_EVOLVE',
        `${at} has evolve.${String(key)}, and no such event. Its events are ${[...this.#functions.keys()].join(', ')}.`,
      );
    }
  }

  /** @returns the next state, frozen; null if there is none, because the aggregate has ended. */
  next(state: object | undefined, event: DomainEvent): object | null {
    const evolve = this.#functions.get(event.type.slice(event.type.lastIndexOf('.') + 1));
    let next: unknown;
    try {
      next = evolve?.(state, payloadOf(event));
    } catch (cause) {
      throw new EvolveError(
        event,
        `threw ${String(cause)}. It makes one state of another, and changes and refuses nothing (states are frozen): ` +
          'what must not happen, decide refuses',
        { cause },
      );
    }
    if (isThenable(next)) {
      next.then(undefined, () => undefined);
      throw new EvolveError(event, 'returned a promise. It is a pure function: what it needs, the event says');
    }
    if (next === null && state !== undefined) return null;
    if (isRecord(next)) return this.freeze(next);
    throw new EvolveError(
      event,
      `returned ${Array.isArray(next) ? 'an array' : String(next)}. It returns the next state, an object`,
    );
  }

  freeze<T>(state: T): T {
    return this.#freezer.freeze(state);
  }
}

function sorted(events: readonly unknown[]): { first: EventSpec; later: readonly EventSpec[] } {
  const specs = events.map(specOf);
  const [first, second] = specs.filter((spec) => spec.topic !== undefined);
  if (first === undefined) {
    throw new DefinitionError(
      'ES_TOPIC_MISSING',
      `A decider has no first event. Write one of its events in full: event('Dog.${specs[0]?.name ?? 'Registered'}', …).`,
    );
  }
  if (second !== undefined) {
    throw new DefinitionError(
      'ES_EVENT_DUPLICATE',
      `A decider has two first events, ${first.type} and ${second.type}. Write the others without a prefix.`,
    );
  }
  const names = specs.map((spec) => spec.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new DefinitionError('ES_EVENT_DUPLICATE', `The decider ${first.topic} lists two events named ${twice}.`);
  }
  return { first, later: specs.filter((spec) => spec !== first) };
}

/** @throws {DefinitionError} unless there is a function of that name, and it is synchronous. */
function pure(functions: object, key: string | symbol, at: string, where: string): Pure {
  const found: unknown = Object.hasOwn(functions, key) ? Reflect.get(functions, key) : undefined;
  if (!isFunction(found)) {
    throw new DefinitionError('ES_EVOLVE', `${at} lacks the function ${String(key)} in ${where}.`);
  }
  if (Object.prototype.toString.call(found) !== '[object Function]') {
    throw new DefinitionError(
      'ES_EVENT_TARGET',
      `${String(key)} in ${where} of ${at} is async or a generator. It decides at once; await what it needs before.`,
    );
  }
  return found;
}

function isFunction(value: unknown): value is Pure {
  return typeof value === 'function';
}

/** @throws {CommandError} unless what was decided are events. */
function listed(decided: unknown, by: string): readonly EventDraft[] {
  if (isThenable(decided)) {
    decided.then(undefined, () => undefined);
    throw new CommandError(
      'ES_ASYNC_COMMAND',
      `${by} returned a promise. It decides at once; await what it needs before.`,
    );
  }
  const list: readonly unknown[] = Array.isArray(decided) ? decided : [decided];
  return list.map((draft) => {
    if (isDraft(draft)) return draft;
    throw new CommandError(
      'ES_ARGUMENTS',
      `${by} returned ${draft === undefined ? 'nothing' : String(draft)}, which is not an event. Return one made by its ` +
        'event, TrickAdded({ trick }), or several in an array; [] if nothing happens.',
    );
  });
}

function markOf(definition: Definition, { type }: EventDraft, by: string): Mark {
  const mark = definition.markOf(`${definition.topic}.${type}`);
  if (mark !== undefined) return mark;
  const known = definition.types.slice(1).join(', ');
  throw new TopicError(
    `${by} of ${definition.topic} returned ${type}, which is none of its events after the first: ${known || 'none'}.`,
    type,
  );
}

/** The fields of a draft in the order of its event's parameters. */
function argumentsIn(draft: EventDraft, spec: EventSpec): unknown[] {
  // Whoever wrote it by hand has not had its fields checked.
  const { payload } = draftOf(spec, draft.payload);
  return spec.parameters.map((name) => payload[name]);
}

/** The event that the code which runs is the consequence of. */
function eventUnderWay(): DomainEvent {
  const current = activity.current;
  if (current !== undefined) return current.event;
  throw new CommandError('ES_NOT_RECORDED', 'A state was to be made without an event.');
}

/** What is in the payload may become a part of the state, which is given out. */
function payloadOf({ type, payload }: DomainEvent): Payload {
  const current = activity.current;
  return current === undefined ? payload : ownFields(payload, `The event ${type}`, current.definition.transcodings);
}

function become(aggregate: Aggregate & { state: object }, next: object | null): void {
  if (next === null) recordingOf(aggregate).isDiscarded = true;
  else aggregate.state = next;
}

function snapshotOf(functions: UncheckedOptions['snapshot'], evolve: Evolution): StateFunctions {
  if (functions === undefined) {
    return {
      to: stateOf,
      from: (aggregate, state) => Reflect.set(aggregate, 'state', evolve.freeze(state)),
      fields: (aggregate) => Object.keys(stateOf(aggregate)),
    };
  }
  const { to, from } = functions;
  if (!isFunction(to) || !isFunction(from)) {
    throw new DefinitionError(
      'ES_SNAPSHOT',
      'The snapshot of a decider is two functions: { to: (state) => data, from: (data) => state }.',
    );
  }
  return {
    to: (aggregate) => objectOf(to(stateOf(aggregate)), 'to'),
    from: (aggregate, data) => Reflect.set(aggregate, 'state', evolve.freeze(objectOf(from(data), 'from'))),
  };
}

function stateOf(aggregate: object): object {
  return objectOf(Reflect.get(aggregate, 'state'), 'state');
}

function objectOf(value: unknown, what: string): object {
  if (typeof value === 'object' && value !== null) return value;
  throw new CommandError(
    'ES_ARGUMENTS',
    `The snapshot function ${what} of a decider returned ${String(value)}, not an object.`,
  );
}
