/**
 * `node:assert/strict` for pages: the same small implementation in the doc tests and in the browser, so that a failed
 * assertion reads the same in both.
 */
import * as assertions from './assertions.ts';

export * from './assertions.ts';

function assert(value?: unknown, message?: string | Error): asserts value {
  assertions.ok(value, message);
}

/**
 * Callable, with every assertion as a property, as Node's is. The type is written out, since TypeScript narrows by an
 * assertion only where it is.
 */
const assertStrict: typeof assert & typeof assertions = Object.assign(assert, assertions);

export { assertStrict as strict };
export default assertStrict;
