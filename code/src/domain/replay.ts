import { activity, type Birth } from './activity.ts';
import { AggregateCore, advance, Life, lifeOf, resume } from './aggregate-core.ts';
import { copyAgain, looseCopy } from './copy.ts';
import { type Class, type Definition, definitionOf, named } from './definition.ts';
import type { DomainEvent } from './domain-event.ts';
import { ArgumentError, CommandError, EventMismatchError, EventSourcingError, TopicError } from './errors.ts';
import type { EventSpec } from './event-spec.ts';
import type { Mark } from './marks.ts';
import type { Snapshot } from './snapshot.ts';
import { makesWeakEntries } from './weak-entries.ts';

/** A class of aggregates, whatever its constructor takes. */
export type AggregateClass<A extends AggregateCore = AggregateCore> = abstract new (...args: never[]) => A;

/** Rebuilds an aggregate from all of its events. */
export function replay<A extends AggregateCore>(type: AggregateClass<A>, events: Iterable<DomainEvent>): A {
  const aggregate = replayOnto(type, undefined, events);
  if (aggregate === undefined) throw new ArgumentError(`There are no events to replay for ${named(type)}.`);
  return aggregate;
}

/** Applies events in place, or to nothing, if the first of them is the first of all. */
export function replayOnto<A extends AggregateCore>(
  type: AggregateClass<A>,
  aggregate: A | undefined,
  events: Iterable<DomainEvent>,
): A | undefined {
  let current = aggregate;
  for (const event of events) current = current === undefined ? bear(type, event) : proceed(current, event);
  return current;
}

/** A new object as the first event makes it. */
export function constructAgain(definition: Definition, created: DomainEvent): AggregateCore {
  return bear(typeOf(definition), created);
}

/**
 * A new object in the state of a snapshot.
 *
 * @returns nothing if the snapshot was taken of a class with other fields, so that it cannot be known what is missing.
 */
export function restore(definition: Definition, snapshot: Snapshot): AggregateCore | undefined {
  const { fields, state, topic } = snapshot;
  const aggregate = constructAgain(definition, snapshot.created);
  const made = fieldsOf(aggregate);
  if (fields !== undefined && (fields.length !== made.length || !made.every((name) => fields.includes(name)))) {
    return undefined;
  }
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(state)) {
    copy[name] =
      typeof value !== 'object' || value === null
        ? value
        : copyAgain(value, `The snapshot of ${topic}`, definition.transcodings, name);
  }
  const { snapshotFunctions } = definition;
  if (snapshotFunctions !== undefined) snapshotFunctions.from(aggregate, copy);
  else {
    for (const name of made) {
      // Functions are not in the state: they are as the constructor has made them.
      if (!Object.hasOwn(copy, name) && typeof Reflect.get(aggregate, name) !== 'function') {
        Reflect.deleteProperty(aggregate, name);
      }
    }
    Object.assign(aggregate, copy);
  }
  resume(aggregate, lifeOf(aggregate), snapshot);
  return aggregate;
}

/** The names of the fields of an aggregate, without the two that every aggregate has; those of its state, if it has one. */
export function fieldsOf(aggregate: AggregateCore): string[] {
  const { snapshotFunctions } = lifeOf(aggregate).definition;
  return (
    snapshotFunctions?.fields?.(aggregate) ??
    Object.keys(aggregate).filter((name) => name !== 'id' && name !== 'version')
  );
}

/** Applies one event: to nothing, if it is the first, or in place. A body that throws leaves the aggregate unchanged. */
export function mutate<A extends AggregateCore>(
  type: AggregateClass<A>,
  aggregate: A | undefined,
  event: DomainEvent,
): A {
  if (aggregate === undefined) return bear(type, event);
  try {
    return proceed(aggregate, event);
  } catch (error) {
    if (!(error instanceof EventMismatchError || error instanceof TopicError)) rollBack(aggregate, error);
    throw error;
  }
}

/** Runs a constructor as the consequence of an event. */
export function runBirth(definition: Definition, event: DomainEvent, construct: () => unknown): AggregateCore {
  const birth: Birth = { kind: 'birth', definition, event, object: undefined };
  activity.run(birth, construct);
  if (birth.object === undefined) {
    throw new CommandError(
      'ES_NOT_RECORDED',
      `The constructor of ${named(definition.type)} returned something other than the new aggregate.`,
    );
  }
  advance(birth.object, lifeOf(birth.object), event);
  return birth.object;
}

/** Runs the body of a recorded method as the consequence of an event. */
export function runBody(aggregate: AggregateCore, mark: Mark, event: DomainEvent, life: Life): unknown {
  const args = argumentsOf(mark.spec, event, life.definition);
  const result = activity.run({ kind: 'body', object: aggregate, mark, event }, () =>
    Reflect.apply(mark.body, aggregate, args),
  );
  if (isThenable(result)) {
    // Its outcome comes too late to matter, but must not count as a rejection that nobody handles.
    result.then(undefined, () => undefined);
    throw new CommandError(
      'ES_ASYNC_COMMAND',
      `${String(mark.key)} returned a promise. Aggregates decide at once; await what they need before the call.`,
      { aggregateId: aggregate.id },
    );
  }
  return result;
}

/** A new object in the state that the events of an aggregate make. */
export function rebuild(life: Life): AggregateCore {
  const { base, definition, history } = life;
  const type = typeOf(definition);
  if (base === undefined) return replay(type, history);
  const rebuilt = replayOnto(type, restore(definition, base), history);
  if (rebuilt === undefined) throw new ArgumentError(`The snapshot of ${base.topic} ${base.aggregateId} does not fit.`);
  return rebuilt;
}

/** Undoes what a body that threw has changed, by rebuilding the object in place from its events. */
export function rollBack(aggregate: AggregateCore, cause: unknown): void {
  const life = lifeOf(aggregate);
  if (life.definition.hasPrivateMembers) {
    life.broken = { cause, reason: privateMembers };
    return;
  }
  try {
    let fresh = aggregate;
    const hidden = makesWeakEntries(
      (key, value) => key instanceof AggregateCore && !(value instanceof Life),
      () => {
        fresh = rebuild(life);
      },
    );
    if (hidden) life.broken = { cause, reason: privateMembers };
    else becomeLike(aggregate, fresh);
  } catch (error) {
    life.broken = { cause: error, reason: 'its events cannot be replayed' };
  }
}

const privateMembers =
  'its class has #private members, which nobody else can put back (TypeScript’s `private` members can be)';

function becomeLike(aggregate: AggregateCore, fresh: AggregateCore): void {
  for (const key of Reflect.ownKeys(aggregate)) {
    if (!Object.hasOwn(fresh, key)) Reflect.deleteProperty(aggregate, key);
  }
  for (const key of Reflect.ownKeys(fresh)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(fresh, key);
    if (descriptor?.configurable || descriptor?.writable) Object.defineProperty(aggregate, key, descriptor);
  }
  lifeOf(aggregate).isDiscarded = lifeOf(fresh).isDiscarded;
}

/** The values that the event has for the parameters, in their order, for the body to do with as it likes. */
export function argumentsOf(spec: EventSpec, event: DomainEvent, definition: Definition): unknown[] {
  return spec.parameters.map((name) => {
    const value = event.payload[name];
    return typeof value !== 'object' || value === null
      ? value
      : looseCopy(value, `The event ${event.type}`, definition.transcodings, name);
  });
}

function bear<A extends AggregateCore>(type: AggregateClass<A>, event: DomainEvent): A {
  const definition = definitionOf(type);
  if (event.type !== definition.createdType) throw cannotApply(definition, event, true);
  checkVersion(event, definition.initialVersion);
  const args = argumentsOf(definition.created, event, definition);
  const aggregate = runBirth(definition, event, () => Reflect.construct(type, args));
  if (!(aggregate instanceof type)) throw cannotApply(definition, event, true);
  return aggregate;
}

function proceed<A extends AggregateCore>(aggregate: A, event: DomainEvent): A {
  const life = lifeOf(aggregate);
  if (event.aggregateId !== aggregate.id) {
    throw new EventMismatchError(
      'ES_ID_MISMATCH',
      `The event ${event.type} belongs to the aggregate ${event.aggregateId}, not to ${aggregate.id}.`,
      event.aggregateId,
      aggregate.id,
    );
  }
  checkVersion(event, aggregate.version + 1);
  const mark = life.definition.markOf(event.type);
  if (mark === undefined) throw cannotApply(life.definition, event, false);
  runBody(aggregate, mark, event, life);
  advance(aggregate, life, event);
  return aggregate;
}

function checkVersion(event: DomainEvent, expected: number): void {
  if (event.version === expected) return;
  throw new EventMismatchError(
    'ES_VERSION_MISMATCH',
    `The event ${event.type} has version ${event.version}, and the next version of the aggregate ` +
      `${event.aggregateId} is ${expected}. Apply its events once each, in their order.`,
    event.version,
    expected,
  );
}

function cannotApply(definition: Definition, event: DomainEvent, first: boolean): TopicError {
  const expected = first ? `its first event is ${definition.createdType}` : `it has ${definition.types.join(', ')}`;
  return new TopicError(
    `${event.type} (version ${event.version} of ${event.aggregateId}) is not an event that ` +
      `${named(definition.type)} can apply here: ${expected}.`,
    event.type,
  );
}

/** The class of a definition is one of aggregates: `event` refuses all others. */
function typeOf(definition: Definition): AggregateClass {
  const { type } = definition;
  if (isAggregateClass(type)) return type;
  throw new EventSourcingError('ES_NOT_AN_AGGREGATE', `${named(type)} does not extend Aggregate.`);
}

export function isAggregateClass(type: unknown): type is AggregateClass & Class {
  if (typeof type !== 'function') return false;
  const prototype: unknown = Reflect.get(type, 'prototype');
  return prototype instanceof AggregateCore;
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
