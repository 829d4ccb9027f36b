import { type Class, type Definition, definitionOf, named } from '../definition/definition.ts';
import { marksOn } from '../definition/marks.ts';
import { ArgumentError, CommandError, DefinitionError } from '../errors.ts';
import { uuid4 } from '../sources/uuid.ts';
import { validId } from '../values/id.ts';
import { activity } from './activity.ts';
import { type AggregateCore, recordingOf } from './aggregate-core.ts';
import { newEvent } from './new-event.ts';
import { recordingContext } from './record-as.ts';
import { argumentsOf, runConstructor } from './run.ts';

/** What follows from the arguments of `new`. */
export interface Creation {
  /** The arguments that the first event records. */
  readonly args: readonly unknown[];
  /** What else there is to do once the aggregate exists. */
  readonly finish?: (aggregate: AggregateCore) => void;
}

/**
 * Makes `new` record an event. A Proxy rather than a subclass: the class stays the one that was written, for
 * `instanceof`, `constructor`, its statics, its name and those who extend it.
 *
 * @param decide where the arguments of `new` are not themselves what the event records.
 */
export function recordConstruction<T extends Class>(
  target: T,
  decide: (args: readonly unknown[], definition: Definition) => Creation = (args) => ({ args }),
): T {
  const proxy: T = new Proxy(target, {
    construct(written, args: unknown[], newTarget): object {
      const current = activity.current;
      // The constructor is running already: as a replay, or as `super(…)` of a class with an event of its own.
      if (current?.kind === 'construction' && current.object === undefined && current.definition.type === newTarget) {
        return construct(written, args, newTarget);
      }
      const definition = definitionOf(subclassOf(newTarget));
      refuseNested(`creates a ${definition.topic}`);
      const creation = decide(args, definition);
      const id = newId(definition, args);
      const aggregate = create(definition, id, creation.args, (copies) => construct(written, copies, newTarget));
      creation.finish?.(aggregate);
      return aggregate;
    },
  });
  Object.defineProperty(target.prototype, 'constructor', { value: proxy, writable: true, configurable: true });
  return proxy;
}

function create(
  definition: Definition,
  id: string,
  args: readonly unknown[],
  construct: (args: readonly unknown[]) => object,
): AggregateCore {
  const { type, created } = definition;
  if (type.length > 0 && marksOn(type)?.created === undefined) {
    throw new DefinitionError(
      'ES_EVENT_PARAMETERS',
      `${named(type)} has a constructor of its own, whose arguments no event records. ` +
        `Write @event('${definition.topic}.${created.name}', …) above it, or remove the constructor.`,
    );
  }
  const event = newEvent(definition, created, args, id, definition.initialVersion);
  const aggregate = runConstructor(definition, event, () => construct(argumentsOf(created, event, definition)));
  recordingOf(aggregate).pending.push(event);
  return aggregate;
}

/** @throws {CommandError} while a recorded body runs: what it did would be recorded twice, or lost at replay. */
export function refuseNested(deed: string): void {
  const current = activity.current;
  if (current === undefined) return;
  const where =
    current.kind === 'body'
      ? `the body of ${String(current.mark.key)}`
      : `the constructor of ${current.definition.topic}`;
  throw new CommandError(
    'ES_NESTED_COMMAND',
    `While ${where} runs, it ${deed}, which records an event of its own. A body only changes the state of its own ` +
      'aggregate; make the two calls one after the other, in a method without @event.',
    { aggregateId: current.object?.id },
  );
}

function newId(definition: Definition, args: readonly unknown[]): string {
  const now = recordingContext.current;
  if (now?.idGiven) {
    const { id } = now;
    if (id === undefined) {
      throw new ArgumentError('recordAs was given one id, and a second aggregate is created within it.');
    }
    now.id = undefined;
    return id;
  }
  return definition.createId === undefined ? uuid4() : validId(definition.createId(...args));
}

function construct(target: Class, args: readonly unknown[], newTarget: unknown): object {
  const result: unknown = Reflect.construct(target, args, subclassOf(newTarget));
  if (typeof result === 'object' && result !== null) return result;
  throw new TypeError('A constructor did not return an object.');
}

function subclassOf(value: unknown): Class {
  if (isClass(value)) return value;
  throw new TypeError('An aggregate was constructed as something that is not a class.');
}

function isClass(value: unknown): value is Class {
  return typeof value === 'function' && 'prototype' in value;
}
