import { describe, expect, test } from 'vitest';
import {
  declaresPrivateFields,
  hasRestParameter,
  ownConstructor,
} from '../../../../code/src/domain/definition/class-source.ts';

/** Classes as an engine shows them, and no compiler has changed them. */
function evaluated(source: string): object {
  const value: unknown = new Function(`class Base {}; const mixin = () => Base; return (${source})`)();
  if (typeof value === 'function') return value;
  throw new Error(`That is no class or function: ${source}`);
}

describe('private fields', () => {
  test.each([
    ['class { #count = 0 }', true],
    ['class { #count }', true],
    ['class { a = 1\n #count\n b = 2 }', true],
    ['class extends Base { static { } #count = 0 }', true],
    ['class { run() { return 1 } #count; }', true],
    ['class extends mixin({ a: 1 }) { #count = {} }', true],
    ['class { a = /[/{]/; #count = 1 }', true],
    ['class { a = 4 / 2 / 1; #count = 1 }', true],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
    ['class { a = `}${`{`}}`; #count = 1 }', true],
    ['class { run() { if (1) /}/.test(""); } #count = 1 }', true],
    ['class { #a() {} #count = 1 }', true],
    ['class { }', false],
    ['class { #check() {} run() { this.#check() } }', false],
    ['class { get #a() { return 1 } set #a(value) {} static #made = 0; async #b() {} *#c() {} }', false],
    ['class { #check() {} a = this.#check; b = #check in this }', false],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
    ['class { pattern = /^#topic/; text = "#a = 1"; other = `${`#b`} #c;` }', false],
    ['class { run() { return class { #inner = 1 } } }', false],
    ['class { /* #a = 1 */ b = 1 // #c = 2\n }', false],
    ['function () { return 1 }', undefined],
    ['class extends class { #a = 1 } { }', undefined],
  ])('%s: %s', (source, expected) => {
    expect(declaresPrivateFields(evaluated(source))).toBe(expected);
  });

  test('of what does not show its source are not known', () => {
    expect(declaresPrivateFields(new Proxy(evaluated('class { #a = 1 }'), {}))).toBeUndefined();
  });
});

describe('constructors', () => {
  test.each([
    ['class { }', 'none'],
    ['class { constructor() {} }', 'without parameters'],
    ['class { constructor(a) {} }', 'with parameters'],
    ['class { constructor(a = 1) {} }', 'with parameters'],
    ['class { constructor(...all) {} }', 'with parameters'],
    ['class extends Base { constructor() { super("Rex") } }', 'without parameters'],
    ['class extends Base { constructor(...args) { super(...args); this.a = 1 } }', 'none'],
    ['class extends Base { constructor() { super(...arguments); this.a = 1 } }', 'none'],
    ['class extends Base { constructor(...args) { super(...other, ...args) } }', 'with parameters'],
    ['class { another() { return new this.constructor(this) } }', 'none'],
    ['class { static constructor(a) {} }', 'none'],
    ['class { text = `constructor(a)`; pattern = /constructor(a)/ }', 'none'],
  ])('%s: %s', (source, expected) => {
    expect(ownConstructor(evaluated(source))).toBe(expected);
  });
});

describe('rest parameters', () => {
  test.each([
    ['function (a, ...all) {}', true],
    ['(...all) => all', true],
    ['function (a, { b, ...c }) {}', false],
    ['function (a = [...b]) {}', false],
    ['function (a = ")", b) { return [...a] }', false],
    ['function (a = /[)]/, ...b) {}', true],
    ['all => [...all]', false],
  ])('%s: %s', (source, expected) => {
    expect(hasRestParameter(evaluated(source))).toBe(expected);
  });
});
