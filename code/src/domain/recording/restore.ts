import { type Definition, named } from '../definition/definition.ts';
import type { DomainEvent } from '../domain-event.ts';
import { ArgumentError } from '../errors.ts';
import type { Snapshot } from '../snapshot.ts';
import { looseCopy, setOwn } from '../values/copy.ts';
import { type AggregateCore, type Recording, recordingOf, resume } from './aggregate-core.ts';
import { applyNext, constructAgain } from './replay.ts';

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
  resume(aggregate, recordingOf(aggregate), snapshot);
  return aggregate;
}

/** The names of the fields of an aggregate, without the two that every aggregate has; those of its state, if it has one. */
export function fieldsOf(aggregate: AggregateCore): string[] {
  const { snapshotFunctions } = recordingOf(aggregate).definition;
  return (
    snapshotFunctions?.fields?.(aggregate) ??
    Object.keys(aggregate).filter((name) => name !== 'id' && name !== 'version')
  );
}

/** A new object in the state that the events of an aggregate make. */
export function rebuild({ definition, base, history }: Recording): AggregateCore {
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
    if (event !== undefined) applyNext(aggregate, event);
  }
  return aggregate;
}
