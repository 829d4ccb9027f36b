import type { Payload } from '../domain-event.ts';
import { DefinitionError } from '../errors.ts';

/**
 * One step from a version of something stored to the next: it takes the data of the one, and returns the data of the
 * other. The data is a copy, so a step may also change and return it.
 */
export type Upcast = {
  // As a method, so that a step may say more precisely than `Payload` what it takes.
  step(data: Payload): object;
}['step'];

/** @throws {DefinitionError} if a step is missing. */
export function checkedUpcasts(owner: string, steps: unknown): readonly Upcast[] {
  if (!Array.isArray(steps)) {
    throw new DefinitionError(
      'ES_UPCASTS',
      `The upcasts of ${owner} must be an array: the step from version 1 to version 2, then the one from 2 to 3, and so on.`,
    );
  }
  // By index, since methods of arrays leave out holes.
  return Object.freeze(Array.from({ length: steps.length }, (_, index) => checkedUpcast(owner, steps[index], index)));
}

function checkedUpcast(owner: string, step: unknown, index: number): Upcast {
  if (isUpcast(step)) return step;
  throw new DefinitionError(
    'ES_UPCASTS',
    `The step v${index + 1}→v${index + 2} of ${owner} is missing: item ${index} of its upcasts is ` +
      `${step === undefined ? 'undefined' : `${typeof step}, and no function`}.`,
  );
}

function isUpcast(step: unknown): step is Upcast {
  return typeof step === 'function';
}
