import { type Definition, named } from '../definition/definition.ts';
import type { EventSpec } from '../definition/event-spec.ts';
import type { Mark } from '../definition/marks.ts';
import type { DomainEvent } from '../domain-event.ts';
import { CommandError } from '../errors.ts';
import { looseCopy } from '../values/copy.ts';
import { isThenable } from '../values/is-thenable.ts';
import { activity, type Construction } from './activity.ts';
import { AggregateCore, advance, type Recording, recordingOf } from './aggregate-core.ts';
import { refuseWrittenVersion } from './broken.ts';
import { refuseUnfit } from './field-clash.ts';

/**
 * Runs a constructor as the consequence of an event.
 *
 * @param again the object that it works on, if it is not to make a new one.
 */
export function runConstructor(
  definition: Definition,
  event: DomainEvent,
  construct: () => unknown,
  again?: AggregateCore,
): AggregateCore {
  const construction: Construction = { kind: 'construction', definition, event, again, object: undefined };
  try {
    activity.run(construction, construct);
  } catch (error) {
    if (again === undefined) refuseUnfit(construction, construct, error);
    throw error;
  }
  const { object } = construction;
  if (!(object instanceof AggregateCore)) {
    throw new CommandError(
      'ES_NOT_RECORDED',
      `The constructor of ${named(definition.type)} returned something other than the new aggregate.`,
    );
  }
  const recording = recordingOf(object);
  if (again === undefined) refuseWrittenVersion(object, recording);
  advance(object, recording, event);
  return object;
}

/** Runs the body of a recorded method as the consequence of an event, which then is the last one of the aggregate. */
export function runBody(aggregate: AggregateCore, mark: Mark, event: DomainEvent, recording: Recording): unknown {
  const args = argumentsOf(mark.spec, event, recording.definition);
  const result = activity.run({ kind: 'body', definition: recording.definition, object: aggregate, mark, event }, () =>
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
  refuseWrittenVersion(aggregate, recording);
  advance(aggregate, recording, event);
  return result;
}

/** The values that the event has for the parameters, in their order, for the body to do with as it likes. */
export function argumentsOf(spec: EventSpec, event: DomainEvent, definition: Definition): unknown[] {
  const { parameters } = spec;
  const { type, payload } = event;
  const args: unknown[] = [];
  for (let index = 0; index < parameters.length; index++) {
    const name = parameters[index] ?? '';
    const value = payload[name];
    const isKept = typeof value !== 'object' || value === null;
    args.push(isKept ? value : looseCopy(value, `The event ${type}`, definition.transcodings, name));
  }
  return args;
}
