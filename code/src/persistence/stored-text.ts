import { ArgumentError } from '../domain/errors.ts';
import { isStorable } from '../domain/values/text.ts';

/** @throws {ArgumentError} if it is text that not every database can hold. */
export function checkText(what: string, text: string): void {
  if (!isStorable(text)) {
    throw new ArgumentError(`${what} must be text that can be stored, which ${JSON.stringify(text)} is not.`);
  }
}
