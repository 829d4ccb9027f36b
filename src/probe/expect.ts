import {
  chai,
  customMatchers,
  type ExpectStatic,
  getState,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  type MatcherState,
  setState,
} from '@vitest/expect';

/** Vitest's own `expect` (matchers, asymmetric matchers, `extend`), without the test runner around it. */
export function createExpect(): ExpectStatic {
  // Once in a realm, and Vitest itself may have done it: installed twice, `rejects.toThrow` wraps the error twice.
  if (!('toThrowError' in chai.Assertion.prototype)) {
    chai.use(JestExtend);
    chai.use(JestChaiExpect);
    chai.use(JestAsymmetricMatchers);
  }
  const call = (value: unknown, message?: string) => {
    setState<MatcherState>({ assertionCalls: getState(expect).assertionCalls + 1 }, expect);
    return chai.expect(value, message);
  };
  // Chai hands out an object that its plugins extend at run time; its declared type is the plain one.
  const expect = Object.assign(call, chai.expect) as unknown as ExpectStatic;
  setState<MatcherState>({ assertionCalls: 0, isExpectingAssertions: false, expectedAssertionsNumber: null }, expect);
  expect.extend = (matchers) => Reflect.get(chai.expect, 'extend').call(chai.expect, expect, matchers);
  expect.extend(customMatchers);
  return expect;
}
