import type { Definition } from '../definition/definition.ts';
import type { EventSpec } from '../definition/event-spec.ts';
import type { DomainEvent, Payload } from '../domain-event.ts';
import { CommandError } from '../errors.ts';
import { clock } from '../sources/clock.ts';
import { frozenCopy } from '../values/copy.ts';
import { isPrimitive } from '../values/primitive.ts';
import { recordingContext } from './record-as.ts';

/** Makes the event that a call is recorded as. */
export function newEvent(
  definition: Definition,
  spec: EventSpec,
  args: readonly unknown[],
  aggregateId: string,
  version: number,
): DomainEvent {
  const type = definition.typeOf(spec);
  const now = recordingContext.current;
  const timestamp = now?.timestamp ?? clock.now();
  const payload = payloadOf(definition, spec, args, type);
  const metadata = now?.metadata;
  return Object.freeze(
    metadata === undefined
      ? { type, aggregateId, version, timestamp, payload }
      : { type, aggregateId, version, timestamp, payload, metadata },
  );
}

function payloadOf(definition: Definition, spec: EventSpec, args: readonly unknown[], type: string): Payload {
  const { parameters } = spec;
  if (args.length > parameters.length) {
    throw new CommandError(
      'ES_ARGUMENTS',
      `A call was made with ${args.length} arguments, and ${type} records ${parameters.length}` +
        `${parameters.length > 0 ? ` (${parameters.join(', ')})` : ''}. An argument that is not recorded would be ` +
        'missing at replay: name it in event(…), or do not pass it.',
    );
  }
  const payload: Record<string, unknown> = {};
  // By index: what is frozen is slower to iterate over, and to map.
  for (let index = 0; index < args.length; index++) {
    const name = parameters[index];
    const value = args[index];
    // An optional parameter that was left out is left out of the event too.
    if (name === undefined || value === undefined) continue;
    payload[name] = isPrimitive(value) ? value : frozenCopy(value, `The event ${type}`, definition.transcodings, name);
  }
  return Object.freeze(payload);
}
