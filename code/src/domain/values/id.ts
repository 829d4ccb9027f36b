import { ArgumentError } from '../errors.ts';
import { described, isStorable } from './text.ts';

/**
 * @param what is to be the id, as the subject of a sentence.
 * @throws {ArgumentError} unless it is text that can identify an aggregate, in every store.
 */
export function validId(id: unknown, what = 'The id of an aggregate'): string {
  if (typeof id !== 'string' || id.length === 0 || id.length > 255) {
    throw new ArgumentError(`${what} must be text of 1 to 255 characters, not ${described(id)}.`);
  }
  if (isStorable(id)) return id;
  throw new ArgumentError(
    `${what} must be text that can be stored, without U+0000 and halves of characters (lone surrogates), which ` +
      `${described(id)} is not.`,
  );
}
