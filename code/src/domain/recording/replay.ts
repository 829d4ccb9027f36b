import { type Definition, definitionOf, named } from '../definition/definition.ts';
import type { Mark } from '../definition/marks.ts';
import type { DomainEvent } from '../domain-event.ts';
import { ArgumentError, EventMismatchError, EventSourcingError, ReplayError, TopicError } from '../errors.ts';
import { type AggregateClass, typeOf } from './aggregate-class.ts';
import { type AggregateCore, type Recording, recordingOf } from './aggregate-core.ts';
import { argumentsOf, runBody, runConstructor } from './run.ts';

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
  for (const event of events) current = current === undefined ? constructFrom(type, event) : applyNext(current, event);
  return current;
}

/** An object as the first event makes it: a new one, or one that begins again. */
export function constructAgain(definition: Definition, created: DomainEvent, again?: AggregateCore): AggregateCore {
  return constructFrom(typeOf(definition), created, again);
}

function constructFrom<A extends AggregateCore>(type: AggregateClass<A>, event: DomainEvent, again?: AggregateCore): A {
  const definition = definitionOf(type);
  if (event.type !== definition.createdType) throw cannotApply(definition, event, true);
  checkVersion(event, definition.initialVersion);
  const args = argumentsOf(definition.created, event, definition);
  const aggregate = replaying(event, () =>
    runConstructor(definition, event, () => Reflect.construct(type, args), again),
  );
  if (!(aggregate instanceof type)) throw cannotApply(definition, event, true);
  return aggregate;
}

/** Applies an event to the aggregate that it follows. If the body throws, the aggregate may be left half changed. */
export function applyNext<A extends AggregateCore>(aggregate: A, event: DomainEvent): A {
  const recording = recordingOf(aggregate);
  const mark = markFor(aggregate, event, recording);
  replaying(event, () => runBody(aggregate, mark, event, recording));
  return aggregate;
}

/**
 * The method that an event runs.
 *
 * @throws {EventMismatchError} if the event does not follow the last one of the aggregate.
 * @throws {TopicError} if the aggregate has no such event.
 */
export function markFor(aggregate: AggregateCore, event: DomainEvent, recording: Recording): Mark {
  if (event.aggregateId !== aggregate.id) {
    throw new EventMismatchError(
      'ES_ID_MISMATCH',
      `The event ${event.type} belongs to the aggregate ${event.aggregateId}, not to ${aggregate.id}.`,
      event.aggregateId,
      aggregate.id,
    );
  }
  checkVersion(event, recording.version + 1);
  const mark = recording.definition.markOf(event.type);
  if (mark === undefined) throw cannotApply(recording.definition, event, false);
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
