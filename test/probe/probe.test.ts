import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import assert, { AssertionError } from '../../src/probe/assert.ts';
import type { ProbeConsole } from '../../src/probe/console.ts';
import { createProbe, type Probe } from '../../src/probe/probe.ts';
import { renderError, reportError } from '../../src/probe/report.ts';
import { readStack } from '../../src/probe/stack.ts';
import { createTestApi } from '../../src/probe/vitest.ts';

/** A probe, and all that it writes and tells. */
function setUp() {
  const lines: string[] = [];
  const events: string[] = [];
  const probe = createProbe({
    write: ({ fence, kind, text }) => lines.push(`${fence} ${kind} ${text}`),
    enter: (fence) => {
      events.push(`enter ${fence}`);
    },
    leave: (fence) => events.push(`leave ${fence}`),
    tested: ({ fence, name, status }) => events.push(`${fence} ${name} ${status}`),
    failed: (fence, error) => events.push(`${fence} failed ${String(error)}`),
  });
  return { probe, lines, events };
}

describe('the console prints what Node prints', () => {
  class Foo {
    readonly x = 1;
  }
  const calls: Readonly<Record<string, (console: Pick<Console & ProbeConsole, keyof ProbeConsole>) => void>> = {
    values: (c) =>
      c.log('a', 1, -0, 10n, null, undefined, Symbol('s'), new Array(2), new Foo(), Foo, () => 1, new Date(0), /x/g),
    nesting: (c) => c.log({ a: { b: { c: { d: 1 } } } }, new Map([[{ a: 1 }, new Set([1])]]), new Uint8Array(3)),
    'long objects': (c) =>
      c.log(
        { first: 'x'.repeat(60), second: 'y'.repeat(60) },
        Array.from({ length: 120 }, (_, i) => i),
      ),
    placeholders: (c) => c.log('%s is %d, %i, %f, %j, %o and %%', 'a', 4.5, 4.5, '1.5', { a: 1 }, [2], 'rest'),
    empty: (c) => {
      c.log();
      c.log('');
    },
    groups: (c) => {
      c.group('outer', 1);
      c.log('one\ntwo');
      c.group();
      c.info({ a: 1 });
      c.groupEnd();
      c.groupEnd();
      c.groupEnd();
      c.log('out');
    },
    counts: (c) => {
      c.count();
      c.count('x');
      c.count();
      c.countReset();
      c.count();
    },
    dir: (c) => c.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 }),
    'tables of values': (c) => c.table([1, 'two', { three: 3 }]),
    'tables of rows': (c) => c.table([{ a: 1, b: 'x' }, { a: 2, c: { z: 1 } }, [5]]),
    'tables of columns': (c) => c.table([{ a: 1, b: 2 }], ['b', 'c']),
    'tables of maps and sets': (c) => {
      c.table(
        new Map<string, unknown>([
          ['a', 1],
          ['b', { x: 1 }],
        ]),
      );
      c.table(new Set([1, { a: 1 }]));
    },
    'tables of wide letters': (c) => c.table([{ 日本: '語', d: new Date(0), u: undefined, f() {}, l: [1, 2, 3, 4] }]),
    'tables of nothing': (c) => {
      c.table([]);
      c.table(5);
      c.table(null);
    },
    assertions: (c) => {
      c.assert(true, 'no');
      c.assert(false);
      c.assert(false, 'because %s', 'x');
      c.assert(false, { a: 1 });
    },
  };

  test.each(Object.entries(calls))('%s', (_, call) => {
    let expected = '';
    const sink = new Writable({
      write(chunk, _encoding, done) {
        expected += String(chunk);
        done();
      },
    });
    call(new Console({ stdout: sink, stderr: sink, colorMode: false }));
    const { probe, lines } = setUp();
    call(probe.console);
    expect(lines.map((line) => `${line.replace(/^ \w+ /, '')}\n`).join('')).toBe(expected);
  });

  test('but errors without their stacks, which are put back', () => {
    const { probe, lines } = setUp();
    const error = Object.assign(new TypeError('no', { cause: new Error('why') }), { code: 'E_NO' });
    const { stack } = error;
    probe.console.log(error, { error });
    expect(lines[0]).toContain("[TypeError: no] { code: 'E_NO', [cause]: [Error: why] }");
    expect(lines[0]).not.toContain(' at ');
    expect(error.stack).toBe(stack);
    probe.console.log(Object.freeze(new Error('frozen')));
    expect(lines[1]).toBe(' log [Error: frozen]');
  });

  test('a value whose getters throw ends nothing', () => {
    const { probe, lines } = setUp();
    const value = {
      [Symbol.for('nodejs.util.inspect.custom')]() {
        throw new Error('no');
      },
    };
    probe.console.log(value);
    expect(lines).toEqual([' log [a value that cannot be shown: Error: no]']);
  });

  test('the text is that of the moment of the call, with a fuller one beside it', () => {
    const entries: { text: string; full?: string }[] = [];
    const probe = createProbe({ write: (entry) => entries.push(entry) });
    const deep = { a: { b: { c: { d: 1 } } } };
    probe.console.log(deep);
    deep.a.b.c.d = 2;
    expect(entries).toMatchObject([{ text: '{ a: { b: { c: [Object] } } }', full: expect.stringContaining('d: 1') }]);
  });
});

describe('fences', () => {
  test('a fence ends when its timers have, and keeps what they print', async () => {
    const { probe, lines, events } = setUp();
    await probe.enter('f1');
    probe.timers.setTimeout(() => probe.timers.setTimeout(() => probe.console.log('late'), 5), 5);
    const interval = probe.timers.setInterval(() => {
      probe.console.log('again');
      probe.timers.clearInterval(interval);
    }, 1);
    void Promise.resolve().then(() => probe.console.log('soon'));
    await probe.enter('f2');
    probe.console.log('two');
    await probe.end();
    expect(lines).toEqual(['f1 log soon', 'f1 log again', 'f1 log late', 'f2 log two']);
    expect(events).toEqual(['enter f1', 'leave f1', 'enter f2', 'leave f2']);
  });

  test('what a file prints is of the fence that it is', async () => {
    const { probe, lines } = setUp();
    probe.file('f1');
    probe.console.log('from the file');
    probe.fileEnd('f1');
    await probe.enter('f2');
    probe.show('f2', 3, { a: [1, { b: 2 }] });
    expect(lines).toEqual(['f1 log from the file', 'f2 show { a: [ 1, { b: 2 } ] }']);
  });

  test("a timer's error is told, with the fence", async () => {
    const { probe, events } = setUp();
    await probe.enter('f1');
    probe.timers.setTimeout(() => {
      throw new Error('no');
    }, 1);
    await probe.end();
    expect(events).toContain('f1 failed Error: no');
  });

  test('a save that is pending when its fence ends is noticed; one that was awaited is not', async () => {
    class Application {
      async save() {
        await Promise.resolve();
      }
      async update() {
        await this.save();
      }
    }
    const { save } = Application.prototype;
    const { probe, lines } = setUp();
    probe.watchPending({ Application, other: 1 });
    const app = new Application();
    await probe.enter('f1');
    await app.save();
    await probe.enter('f2');
    void app.update();
    await probe.enter('f3');
    void app.save();
    await probe.end();
    expect(lines).toEqual([
      'f2 notice An update was still pending when this snippet ended: did you forget `await`?',
      'f3 notice A save was still pending when this snippet ended: did you forget `await`?',
    ]);
    probe.dispose();
    expect(Application.prototype.save).toBe(save);
  });
});

describe('the test runner', () => {
  async function runTests(write: (api: ReturnType<typeof createTestApi>, probe: Probe) => void) {
    const set = setUp();
    const api = createTestApi(set.probe);
    await set.probe.enter('f1');
    write(api, set.probe);
    await set.probe.end();
    return { ...set, text: set.lines.map((line) => line.replace(/^f1 /, '')) };
  }

  test('tests run in order when the fence ends, with the hooks around them', async () => {
    const { text, events, probe } = await runTests(({ test, describe, beforeEach, afterEach, expect }, { console }) => {
      beforeEach(() => console.log('before'));
      afterEach(() => console.log('after'));
      test('first', () => expect({ a: 1 }).toEqual({ a: 1 }));
      describe('inner', () => {
        beforeEach(async () => console.log('inner before'));
        test('second', async () => {
          await null;
          expect([1, 2]).toContain(3);
        });
        test.skip('third', () => {});
      });
      test.each([
        [1, 2],
        [2, 4],
      ])('%d doubled', (a: number, b: number) => expect(a * 2).toBe(b));
      console.log('collected');
    });
    expect(text).toEqual([
      'log collected',
      'log before',
      'log after',
      'log ✓ first',
      'log before',
      'log inner before',
      'log after',
      'error ✗ inner > second\n  AssertionError: expected [ 1, 2 ] to include 3',
      'log - inner > third (skipped)',
      'log before',
      'log after',
      'log ✓ 1 doubled',
      'log before',
      'log after',
      'log ✓ 2 doubled',
      'log 1 failed, 3 passed, 1 skipped',
    ]);
    expect(events).toContain('f1 inner > second fail');
    expect(probe.failed).toBe(true);
  });

  test('all passed', async () => {
    const { text, probe } = await runTests(({ test, expect }) => {
      test('rejects', () => expect(Promise.reject(new Error('no'))).rejects.toThrow('no'));
      test('matches', () => expect({ a: 1, b: 2 }).toEqual(expect.objectContaining({ a: expect.any(Number) })));
    });
    expect(text).toEqual(['log ✓ rejects', 'log ✓ matches', 'log 2 passed']);
    expect(probe.failed).toBe(false);
  });
});

describe('assert', () => {
  const passing: Readonly<Record<string, () => unknown>> = {
    call: () => assert(1),
    equal: () => assert.equal(Number.NaN, Number.NaN),
    deepEqual: () =>
      assert.deepEqual(
        { a: [new Map([[1, new Set([{ b: 2 }])]]), new Date(0)] },
        { a: [new Map([[1, new Set([{ b: 2 }])]]), new Date(0)] },
      ),
    notDeepEqual: () => assert.notDeepEqual([1], [2]),
    throws: () => assert.throws(() => assert.fail('x'), { code: 'ERR_ASSERTION', message: /x/ }),
    'throws a class': () => assert.throws(() => assert.fail('x'), AssertionError),
    'throws and judge': () =>
      assert.throws(
        () => assert.fail('x'),
        (error) => error instanceof Error,
      ),
    match: () => assert.match('abc', /b/),
  };
  test.each(Object.entries(passing))('passes: %s', (_, act) => {
    expect(act).not.toThrow();
  });

  const failing: Readonly<Record<string, readonly [() => unknown, string]>> = {
    call: [() => assert(0), 'A true value was expected, and this is 0.'],
    equal: [() => assert.equal(1, 2), 'The values are not equal:\n  actual:   1\n  expected: 2'],
    'equal of objects': [
      () => assert.equal({ a: 1 }, { a: 1 }),
      'These look the same, but they are two different objects (deepEqual compares by content):\n  actual:   { a: 1 }\n  expected: { a: 1 }',
    ],
    deepEqual: [
      () => assert.deepEqual([1, undefined], [1]),
      'The values are not deeply equal:\n  actual:   [ 1, undefined ]\n  expected: [ 1 ]',
    ],
    'deepEqual of classes': [
      () => assert.deepEqual(new (class A {})(), {}),
      'The values are not deeply equal:\n  actual:   A {}\n  expected: {}',
    ],
    throws: [() => assert.throws(() => 1), 'An error was expected, and none was thrown.'],
    'throws another': [
      () => assert.throws(() => assert.fail('x'), TypeError),
      'The error is not a TypeError:\n  thrown: [AssertionError: x]',
    ],
    message: [() => assert.equal(1, 2, 'mine'), 'mine'],
  };
  test.each(Object.entries(failing))('fails: %s', (_, [act, message]) => {
    expect(act).toThrow(message);
    expect(act).toThrow(AssertionError);
  });

  test('rejects and doesNotReject', async () => {
    await assert.rejects(Promise.reject(new TypeError('no')), TypeError);
    await assert.doesNotReject(async () => 1);
    await expect(assert.rejects(async () => 1)).rejects.toThrow('A rejection was expected, and none came.');
  });

  test('cycles compare', () => {
    const a: Record<string, unknown> = { n: 1 };
    const b: Record<string, unknown> = { n: 1 };
    a.self = a;
    b.self = b;
    assert.deepEqual(a, b);
    b.n = 2;
    assert.notDeepEqual(a, b);
  });
});

describe('reports', () => {
  test.each([
    [new Error('no'), 'Error: no'],
    [Object.assign(new TypeError('no'), { code: 'E_NO' }), 'TypeError [E_NO]: no'],
    [new Error(''), 'Error'],
    [{ a: 1 }, 'Uncaught: { a: 1 }'],
    [undefined, 'Uncaught: undefined'],
  ])('%s', (error, line) => {
    expect(renderError(reportError(error))).toBe(line);
  });

  test('both sides of an assertion are rendered', () => {
    const error = new AssertionError({ message: 'no', actual: [1], expected: undefined });
    expect(reportError(error)).toMatchObject({ code: 'ERR_ASSERTION', actual: '[ 1 ]', expected: 'undefined' });
  });

  test.each([
    [
      'V8',
      'Error: no\n    at broken (blob:null/1-2:3:7)\n    at async blob:null/1-2:9:1\n    at <anonymous>',
      'broken',
    ],
    ['SpiderMonkey', 'broken@blob:null/1-2:3:7\nasync*@blob:null/1-2:9:1\n', 'broken'],
    ['JavaScriptCore', 'broken@blob:null/1-2:3:7\n@blob:null/1-2:9:1\n[native code]', 'broken'],
  ])('the stack of %s is read', (_, stack, name) => {
    const frames = readStack(Object.assign(new Error('no'), { stack }));
    expect(frames).toEqual([
      { url: 'blob:null/1-2', line: 3, column: 7, name },
      { url: 'blob:null/1-2', line: 9, column: 1 },
    ]);
  });
});
