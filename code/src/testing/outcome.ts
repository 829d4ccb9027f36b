import { ArgumentError, EventSourcingError } from '../index.ts';
import { AssertionFailure } from './assertion.ts';

/** What an error should be: a part of its message, a pattern for it, its code (`ES_…`), or its class. */
export type ExpectedError = RegExp | string | (abstract new (...args: never[]) => Error);

/** How a command ended. */
export type Ending<T> = { readonly value: T } | { readonly error: unknown };

/** @throws {AssertionFailure} if the command threw. */
export function resultOf<T>(ending: Ending<T>): T {
  if ('value' in ending) return ending.value;
  throw new AssertionFailure(`The command threw ${String(ending.error)}`, { cause: ending.error });
}

/** @throws {AssertionFailure} unless the command threw such an error. */
export function expectError(ending: Ending<unknown>, expected: ExpectedError | undefined): void {
  if (!('error' in ending)) {
    throw new AssertionFailure(
      `The command was expected to throw${expected ? ` ${named(expected)}` : ''}, and did not.`,
    );
  }
  const { error } = ending;
  if (expected === undefined || fits(error, expected)) return;
  throw new AssertionFailure(`The command was expected to throw ${named(expected)}, and threw ${String(error)}`, {
    actual: typeof expected === 'function' ? error : String(error),
    expected: typeof expected === 'function' ? expected : String(expected),
    cause: error,
  });
}

/** A promise, or an outcome that was awaited, would call `then` with functions. */
export function refuseAwaited(expected: unknown): void {
  if (typeof expected !== 'function') return;
  throw new ArgumentError(
    'The outcome of when(…) was awaited or returned. It is no promise: call .then([…]), .thenNothing() or .thenThrows(…).',
  );
}

function fits(error: unknown, expected: ExpectedError): boolean {
  if (typeof expected === 'function') return error instanceof expected;
  if (expected instanceof RegExp) return expected.test(String(error));
  return (error instanceof EventSourcingError && error.code === expected) || String(error).includes(expected);
}

function named(expected: ExpectedError): string {
  return typeof expected === 'function' ? expected.name : String(expected);
}
