import { activity, type Birth } from './activity.ts';
import { AggregateCore, advance, type Life, lifeOf, resume } from './aggregate-core.ts';
import { writtenVersion } from './broken.ts';
import { refuseForeign } from './copies.ts';
import { looseCopy, setOwn } from './copy.ts';
import { type Class, type Definition, definitionOf, named } from './definition.ts';
import type { DomainEvent } from './domain-event.ts';
import {
  ArgumentError,
  CommandError,
  DefinitionError,
  EventMismatchError,
  EventSourcingError,
  ReplayError,
  TopicError,
} from './errors.ts';
import type { EventSpec } from './event-spec.ts';
import type { Mark } from './marks.ts';
import type { Snapshot } from './snapshot.ts';
import { refuseUnfit } from './unfit.ts';

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

/** An object as the first event makes it: a new one, or one that begins again. */
export function constructAgain(definition: Definition, created: DomainEvent, again?: AggregateCore): AggregateCore {
  return bear(typeOf(definition), created, again);
}

/**
 * An object in the state of a snapshot: a new one, or one that begins again.
 *
 * @returns nothing if the snapshot was taken of a class with other fields, so that it cannot be known what is missing.
 */
export function restore(definition: Definition, snapshot: Snapshot, again?: AggregateCore): AggregateCore | undefined {
  const { fields, state, topic } = snapshot;
  const aggregate = constructAgain(definition, snapshot.created, again);
  const made = fieldsOf(aggregate);
  if (fields !== undefined && (fields.length !== made.length || !made.every((name) => fields.includes(name)))) {
    return undefined;
  }
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(state)) {
    const isKept = typeof value !== 'object' || value === null;
    const own = isKept ? value : looseCopy(value, `The snapshot of ${topic}`, definition.transcodings, name);
    setOwn(copy, name, own);
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

/**
 * Runs a constructor as the consequence of an event.
 *
 * @param again the object that it works on, if it is not to make a new one.
 */
export function runBirth(
  definition: Definition,
  event: DomainEvent,
  construct: () => unknown,
  again?: AggregateCore,
): AggregateCore {
  const birth: Birth = { kind: 'birth', definition, event, again, object: undefined };
  try {
    activity.run(birth, construct);
  } catch (error) {
    if (again === undefined) refuseUnfit(birth, construct, error);
    throw error;
  }
  if (birth.object === undefined) {
    throw new CommandError(
      'ES_NOT_RECORDED',
      `The constructor of ${named(definition.type)} returned something other than the new aggregate.`,
    );
  }
  const life = lifeOf(birth.object);
  if (again === undefined) refuseTampering(birth.object, life);
  advance(birth.object, life, event);
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
  refuseTampering(aggregate, life);
  return result;
}

/** A new object in the state that the events of an aggregate make. */
export function rebuild({ definition, base, history }: Life): AggregateCore {
  return rebuildFrom(definition, base, history);
}

/** An object in the state that a snapshot, if there is one, and events make: a new one, or one that begins again. */
export function rebuildFrom(
  definition: Definition,
  base: Snapshot | undefined,
  events: readonly DomainEvent[],
  again?: AggregateCore,
): AggregateCore {
  const [first] = events;
  let aggregate: AggregateCore | undefined;
  if (base !== undefined) aggregate = restore(definition, base, again);
  else if (first !== undefined) aggregate = constructAgain(definition, first, again);
  if (aggregate === undefined) {
    throw new ArgumentError(
      base === undefined
        ? `There are no events to replay for ${named(definition.type)}.`
        : `The snapshot of ${base.topic} ${base.aggregateId} does not fit.`,
    );
  }
  for (let i = base === undefined ? 1 : 0; i < events.length; i++) {
    const event = events[i];
    if (event !== undefined) proceed(aggregate, event);
  }
  return aggregate;
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

function bear<A extends AggregateCore>(type: AggregateClass<A>, event: DomainEvent, again?: AggregateCore): A {
  const definition = definitionOf(type);
  if (event.type !== definition.createdType) throw cannotApply(definition, event, true);
  checkVersion(event, definition.initialVersion);
  const args = argumentsOf(definition.created, event, definition);
  const aggregate = replaying(event, () => runBirth(definition, event, () => Reflect.construct(type, args), again));
  if (!(aggregate instanceof type)) throw cannotApply(definition, event, true);
  return aggregate;
}

/** Applies an event to the aggregate that it follows. If the body throws, the aggregate may be left half changed. */
export function proceed<A extends AggregateCore>(aggregate: A, event: DomainEvent): A {
  const life = lifeOf(aggregate);
  const mark = markFor(aggregate, event, life);
  replaying(event, () => runBody(aggregate, mark, event, life));
  advance(aggregate, life, event);
  return aggregate;
}

/**
 * The method that an event runs.
 *
 * @throws {EventMismatchError} if the event does not follow the last one of the aggregate.
 * @throws {TopicError} if the aggregate has no such event.
 */
export function markFor(aggregate: AggregateCore, event: DomainEvent, life: Life): Mark {
  if (event.aggregateId !== aggregate.id) {
    throw new EventMismatchError(
      'ES_ID_MISMATCH',
      `The event ${event.type} belongs to the aggregate ${event.aggregateId}, not to ${aggregate.id}.`,
      event.aggregateId,
      aggregate.id,
    );
  }
  checkVersion(event, life.version + 1);
  const mark = life.definition.markOf(event.type);
  if (mark === undefined) throw cannotApply(life.definition, event, false);
  return mark;
}

/** Of what a body throws while an event is applied that has been recorded before, says which event that is. */
export function replaying<R>(event: DomainEvent, action: () => R): R {
  try {
    return action();
  } catch (cause) {
    throw cause instanceof EventSourcingError ? cause : new ReplayError(event, cause);
  }
}

/** @throws {CommandError} if code of the class has changed what only the library changes. */
function refuseTampering(aggregate: AggregateCore, life: Life): void {
  if (aggregate.version !== life.version) throw writtenVersion(aggregate, life);
  if (!Object.isExtensible(aggregate) && Object.isFrozen(aggregate)) {
    throw new DefinitionError(
      'ES_EVENT_TARGET',
      `${named(life.definition.type)} freezes its instances, so that no event could change them. Leave out ` +
        'Object.freeze(this).',
    );
  }
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
  refuseForeign(type, named(type));
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
