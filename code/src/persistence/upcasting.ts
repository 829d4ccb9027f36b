import type { EventSpec } from '../domain/definition/event-spec.ts';
import type { Upcast } from '../domain/definition/upcast.ts';
import type { Payload } from '../domain/domain-event.ts';
import { isRecord } from '../domain/values/is-record.ts';
import { isThenable } from '../domain/values/is-thenable.ts';
import type { StateContext } from './cipher.ts';
import { UpcastError } from './errors.ts';

/**
 * Takes the payload of an event from the version that it was stored in to the version of today.
 *
 * @param type the full type of the event, for example `Dog.TrickAdded`.
 * @throws {UpcastError} if it was stored by newer code, a step fails, or the steps do not lead to the parameters.
 */
export function upcastEvent(
  type: string,
  payload: Payload,
  storedVersion: number,
  { upcasts, parameters, version }: EventSpec,
  context: StateContext,
): Payload {
  const current = withoutUndefined(upcast(type, payload, storedVersion, upcasts, context));
  const left = notAmong(parameters, current);
  if (left.length === 0) return current;
  throw new UpcastError(
    'ES_UPCAST',
    `The upcasts of ${type} lead to the fields ${left.join(', ')}, which no parameter has (${at(context)}).`,
    context,
    { storedVersion, currentVersion: version },
  );
}

/** The error for a payload that was stored in the version of today, and has fields that the event does not have. */
export function unknownFields(type: string, payload: Payload, spec: EventSpec, context: StateContext): UpcastError {
  const { parameters, version } = spec;
  const left = notAmong(parameters, payload).join(', ');
  return new UpcastError(
    'ES_UPCAST',
    `${type} (${at(context)}) was stored with ${left}, and its parameters today are: ${parameters.join(', ') || 'none'}. ` +
      `What is stored stays as it is: say what has become of ${left} in a step from v${version} to v${version + 1}, with ` +
      '.upcasts([…]) of the event.',
    context,
    { storedVersion: version, currentVersion: version },
  );
}

function notAmong(parameters: readonly string[], payload: Payload): string[] {
  return Object.keys(payload).filter((field) => !parameters.includes(field));
}

/**
 * Takes data from the version that it was stored in to the version of today.
 *
 * @param name what the data is of, for example `Dog.TrickAdded`.
 * @throws {UpcastError} if it was stored by newer code, or a step fails.
 */
export function upcast(
  name: string,
  data: Payload,
  storedVersion: number,
  steps: readonly Upcast[],
  context: StateContext,
): Payload {
  const currentVersion = steps.length + 1;
  const versions = { storedVersion, currentVersion };
  if (storedVersion > currentVersion) {
    throw new UpcastError(
      'ES_NEWER_VERSION',
      `${name} (${at(context)}) was stored as v${storedVersion}, and this code knows ${name} up to v${currentVersion}. Run the ` +
        'newer code, or add the missing upcasts.',
      context,
      versions,
    );
  }
  let current: Payload = data;
  for (const [index, step] of steps.entries()) {
    if (index < storedVersion - 1) continue;
    const failed = (reason: string, cause?: unknown) =>
      new UpcastError(
        'ES_UPCAST',
        `The step v${index + 1}→v${index + 2} of ${name} ${reason} (${at(context)}).`,
        context,
        versions,
        { cause },
      );
    let next: unknown;
    try {
      next = step(current);
    } catch (cause) {
      throw failed('failed', cause);
    }
    if (isThenable(next)) throw failed('returned a promise, and steps are synchronous');
    if (!isRecord(next)) throw failed('did not return the data of the next version');
    current = next;
  }
  return current;
}

/** What is undefined is absent, as it is where an event is recorded. */
function withoutUndefined(data: Payload): Payload {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}

function at({ aggregateId, version }: StateContext): string {
  return `version ${version} of ${aggregateId}`;
}
