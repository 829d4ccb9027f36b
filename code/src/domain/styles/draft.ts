import type { EventSpec } from '../definition/event-spec.ts';
import { CommandError } from '../errors.ts';
import { isRecord } from '../values/is-record.ts';
import { isPlainRecord } from '../values/walk.ts';
import type { EventDraft } from './event-types.ts';

/** @throws {CommandError} if the payload is not an object, or has a field that would not be recorded. */
export function draftOf(spec: EventSpec, payload: unknown): EventDraft {
  // Of a map, say, no field would be found, and none be missed.
  if (!isPlainRecord(payload)) {
    throw new CommandError(
      'ES_ARGUMENTS',
      `The payload of ${spec.type} must be an object of its fields: ${fields(spec)}.`,
    );
  }
  const unknown = Object.keys(payload).find((name) => !spec.parameters.includes(name));
  if (unknown !== undefined) {
    throw new CommandError('ES_ARGUMENTS', `${spec.type} has no field ${unknown}. It has ${fields(spec)}.`);
  }
  return Object.freeze({ type: spec.type, payload: Object.freeze({ ...payload }) });
}

/** Whether a value has the form of a draft; of which event, its type says. */
export function isDraft(value: unknown): value is EventDraft {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    'payload' in value &&
    isRecord(value.payload)
  );
}

function fields({ parameters }: EventSpec): string {
  return parameters.length === 0 ? 'no fields' : parameters.join(', ');
}
