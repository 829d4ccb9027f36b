import { deepEqual as sameDeep } from './equal.ts';
import { formatValue } from './format.ts';

interface Failure {
  readonly message?: string | Error | undefined;
  readonly fallback: string;
  readonly actual?: unknown;
  readonly expected?: unknown;
  readonly operator: string;
}

export class AssertionError extends Error {
  readonly code = 'ERR_ASSERTION';
  readonly actual: unknown;
  readonly expected: unknown;
  readonly operator: string;
  /** Whether the message was made by the assertion and not given by the caller. */
  readonly generatedMessage: boolean;

  constructor(options: { message?: string; actual?: unknown; expected?: unknown; operator?: string }) {
    super(options.message ?? `${show(options.actual)} ${options.operator ?? '=='} ${show(options.expected)}`);
    this.name = 'AssertionError';
    this.generatedMessage = options.message === undefined;
    this.actual = options.actual;
    this.expected = options.expected;
    this.operator = options.operator ?? '==';
    // Only the message and the place matter to whoever prints the error; both sides are shown from the fields.
    for (const key of ['name', 'code', 'actual', 'expected', 'operator', 'generatedMessage']) {
      Object.defineProperty(this, key, { enumerable: false });
    }
  }
}

/** Something to hold an error against: its class, a pattern of its text, its fields, or a function that judges it. */
type Matcher = RegExp | object | ((error: unknown) => unknown);
type Message = string | Error;

function raise({ message, fallback, actual, expected, operator }: Failure): never {
  if (message instanceof Error) throw message;
  const error = new AssertionError({ message: message ?? fallback, actual, expected, operator });
  Object.defineProperty(error, 'generatedMessage', { value: message === undefined });
  throw error;
}

function show(value: unknown): string {
  return formatValue(value, { depth: 6, maxArrayLength: 100, maxStringLength: 5_000 });
}

function both(title: string, actual: unknown, expected: unknown): string {
  return `${title}\n  actual:   ${indent(show(actual))}\n  expected: ${indent(show(expected))}`;
}

function indent(text: string): string {
  return text.replaceAll('\n', '\n            ');
}

export function ok(value?: unknown, message?: Message): asserts value {
  if (value) return;
  const fallback = `A true value was expected, and this is ${show(value)}.`;
  raise({ message, fallback, actual: value, expected: true, operator: 'ok' });
}

export function strictEqual<T>(actual: unknown, expected: T, message?: Message): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const alike = typeof actual === 'object' && sameDeep(actual, expected);
  const title = alike
    ? 'These look the same, but they are two different objects (deepEqual compares by content):'
    : 'The values are not equal:';
  raise({ message, fallback: both(title, actual, expected), actual, expected, operator: 'strictEqual' });
}

export function notStrictEqual(actual: unknown, expected: unknown, message?: Message): void {
  if (!Object.is(actual, expected)) return;
  const fallback = `Two different values were expected, and both are ${show(actual)}.`;
  raise({ message, fallback, actual, expected, operator: 'notStrictEqual' });
}

export function deepStrictEqual<T>(actual: unknown, expected: T, message?: Message): asserts actual is T {
  if (sameDeep(actual, expected)) return;
  const title =
    show(actual) === show(expected)
      ? 'The values print the same, but they differ in something that is not shown (a class, a symbol, a hidden field):'
      : 'The values are not deeply equal:';
  raise({ message, fallback: both(title, actual, expected), actual, expected, operator: 'deepStrictEqual' });
}

export function notDeepStrictEqual(actual: unknown, expected: unknown, message?: Message): void {
  if (!sameDeep(actual, expected)) return;
  const fallback = `Two different values were expected, and both are deeply equal to ${show(actual)}.`;
  raise({ message, fallback, actual, expected, operator: 'notDeepStrictEqual' });
}

export function match(text: string, pattern: RegExp, message?: Message): void {
  if (typeof text === 'string' && pattern.test(text)) return;
  const fallback = both(`The text does not match ${pattern}:`, text, pattern);
  raise({ message, fallback, actual: text, expected: pattern, operator: 'match' });
}

export function doesNotMatch(text: string, pattern: RegExp, message?: Message): void {
  if (typeof text !== 'string' || !pattern.test(text)) return;
  const fallback = `The text matches ${pattern}, and it should not: ${show(text)}.`;
  raise({ message, fallback, actual: text, expected: pattern, operator: 'doesNotMatch' });
}

export function fail(message: Message = 'The code came to a place that it should not reach.'): never {
  raise({ message, fallback: '', operator: 'fail' });
}

export function throws(act: () => unknown, ...expectation: (Matcher | string | undefined)[]): void {
  const thrown = caught(act);
  judge(thrown, expectation, 'throws');
}

export function doesNotThrow(act: () => unknown, message?: string): void {
  const thrown = caught(act);
  if (thrown) unexpected(thrown.error, message, 'doesNotThrow');
}

export async function rejects(act: Settling, ...expectation: (Matcher | string | undefined)[]): Promise<void> {
  judge(await rejected(act), expectation, 'rejects');
}

export async function doesNotReject(act: Settling, message?: string): Promise<void> {
  const thrown = await rejected(act);
  if (thrown) unexpected(thrown.error, message, 'doesNotReject');
}

type Settling = Promise<unknown> | (() => Promise<unknown>);

function caught(act: () => unknown): { error: unknown } | undefined {
  if (typeof act !== 'function') throw new TypeError('Give a function to call: throws(() => …).');
  try {
    act();
    return undefined;
  } catch (error) {
    return { error };
  }
}

async function rejected(act: Settling): Promise<{ error: unknown } | undefined> {
  const promise = typeof act === 'function' ? act() : act;
  if (typeof promise?.then !== 'function') throw new TypeError('Give a promise, or a function that returns one.');
  try {
    await promise;
    return undefined;
  } catch (error) {
    return { error };
  }
}

function judge(
  thrown: { error: unknown } | undefined,
  expectation: readonly (Matcher | string | undefined)[],
  operator: 'throws' | 'rejects',
): void {
  const [first, second] = expectation;
  const message = typeof first === 'string' ? first : typeof second === 'string' ? second : undefined;
  if (!thrown) {
    const fallback =
      operator === 'throws'
        ? 'An error was expected, and none was thrown.'
        : 'A rejection was expected, and none came.';
    raise({ message, fallback, expected: typeof first === 'string' ? undefined : first, operator });
  }
  if (first === undefined || typeof first === 'string') return;
  const { error } = thrown;
  const because = mismatch(error, first);
  if (because === undefined) return;
  raise({
    message,
    fallback: `${because}\n  thrown: ${indent(show(error))}`,
    actual: error,
    expected: first,
    operator,
  });
}

/** Why the error is not the expected one, or undefined if it is. */
function mismatch(error: unknown, matcher: Matcher): string | undefined {
  if (matcher instanceof RegExp) {
    return matcher.test(String(error)) ? undefined : `The error's text does not match ${matcher}:`;
  }
  if (typeof matcher === 'function') {
    if (isClass(matcher)) {
      return error instanceof matcher ? undefined : `The error is not a ${matcher.name}:`;
    }
    return Reflect.apply(matcher, undefined, [error]) === true ? undefined : 'The function did not return true for it:';
  }
  for (const [key, expected] of Object.entries(matcher)) {
    const actual: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
    const fits =
      expected instanceof RegExp && typeof actual === 'string' ? expected.test(actual) : sameDeep(actual, expected);
    if (!fits) return `The error's ${key} is ${show(actual)}, and should be ${show(expected)}:`;
  }
  return undefined;
}

/** Error classes have a prototype with something on it; arrow functions have none, plain functions an empty one. */
function isClass(value: object): value is new (...args: never[]) => object {
  if (typeof value !== 'function') return false;
  const prototype: unknown = value.prototype;
  if (typeof prototype !== 'object' || prototype === null) return false;
  return prototype === Error.prototype || prototype instanceof Error || /^class\b/.test(String(value));
}

function unexpected(error: unknown, message: string | undefined, operator: string): never {
  raise({ message, fallback: `No error was expected, and this one came: ${show(error)}`, actual: error, operator });
}

export {
  deepStrictEqual as deepEqual,
  notDeepStrictEqual as notDeepEqual,
  notStrictEqual as notEqual,
  strictEqual as equal,
};
