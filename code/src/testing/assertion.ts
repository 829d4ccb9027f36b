import { deepEqual as isDeepEqual } from '../domain/values/compare.ts';
import { EventSourcingError } from '../index.ts';

/**
 * Something was expected, and is not so (`ES_EXPECTATION`). Test runners show `actual` beside `expected`. Node has an
 * error for it, and browsers have none.
 */
export class AssertionFailure extends EventSourcingError {
  /** @internal */ static override readonly named = 'AssertionError';
  readonly actual: unknown;
  readonly expected: unknown;
  /** What some test runners ask for. */
  readonly showDiff = true;
  constructor(
    message: string,
    { actual, expected, ...options }: ErrorOptions & { readonly actual?: unknown; readonly expected?: unknown } = {},
  ) {
    super('ES_EXPECTATION', message, options);
    this.actual = actual;
    this.expected = expected;
  }
}

export function fail(message: string): never {
  throw new AssertionFailure(message);
}

export function ok(value: unknown, message = `Expected something, and got ${shown(value)}.`): asserts value {
  if (!value) fail(message);
}

export function equal(actual: unknown, expected: unknown, message?: string): void {
  if (!Object.is(actual, expected)) throw differ(actual, expected, message);
}

/** Whether both have the same class and the same content, all the way down. */
export function deepEqual(actual: unknown, expected: unknown, message?: string): void {
  if (!isDeepEqual(actual, expected)) throw differ(actual, expected, message);
}

function differ(actual: unknown, expected: unknown, message: string | undefined): AssertionFailure {
  const both = `Expected ${shown(expected)}, and got ${shown(actual)}.`;
  return new AssertionFailure(message === undefined ? both : `${message} ${both}`, { actual, expected });
}

/** A value as text, for messages: JSON, with what JSON leaves out. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    if (part instanceof Map || part instanceof Set) return [...part];
    if (part instanceof Uint8Array) return [...part];
    return part === undefined ? 'undefined' : part;
  });
  return text ?? String(value);
}
