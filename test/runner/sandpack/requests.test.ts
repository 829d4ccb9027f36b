import { describe, expect, test } from 'vitest';
import { Failure } from '../../../src/runner/relay/failure.ts';
import type { ToSandpack } from '../../../src/runner/sandpack/messages.ts';
import { createStockRequests, type Envelope } from '../../../src/runner/sandpack/requests.ts';
import { DONE, ERROR, FAIL, FAILED, type FakeOptions, fakeRelay, HELLO, PASS } from '../relay/fake-relay.ts';

const COMPILE = {
  type: 'compile',
  modules: {
    '/index.ts': { code: '', path: '/index.ts' },
    '/index.test.ts': { code: 'one\ntwo\nexpect(1).toBe(2)', path: '/index.test.ts' },
  },
};

function setUp(options?: FakeOptions) {
  const posted: Envelope[] = [];
  const relay = fakeRelay(options);
  const sandpack = createStockRequests({
    ...relay.parts,
    post: (message) => posted.push(message),
  });
  return {
    ...relay,
    posted,
    order: () => posted.map(describeMessage),
    async handle(message: object) {
      void sandpack.handle(message);
      await relay.settle();
    },
  };
}

function describeMessage(message: ToSandpack): string {
  switch (message.type) {
    case 'status':
      return `status ${message.status}`;
    case 'done':
      return `done ${message.compilatonError}`;
    case 'action':
      return message.action === 'show-error' ? `show-error ${message.title}` : message.action;
    case 'test':
      return `test ${message.event}`;
    default:
      return message.type;
  }
}

const COMPILED = ['start', 'status transpiling', 'state', 'test initialize_tests', 'status evaluating', 'done false'];

describe('the order of messages', () => {
  test.each([
    ['a program that ends well', [HELLO, DONE], ['console', 'success', 'status done']],
    ['a program that throws', [HELLO, ERROR, FAILED], ['console', 'show-error Runtime Exception', 'status done']],
    ['a program with tests, which are for the list of tests', [PASS, FAIL, FAILED], ['status done']],
  ])('%s', async (_, says, order) => {
    const client = setUp();
    await client.handle(COMPILE);
    await client.say(...says);
    expect(client.order()).toEqual([...COMPILED, ...order]);
  });

  test('a syntax error is shown before `done`, and `done` never wipes it', async () => {
    const at = { fence: '/index.ts', line: 2, column: 3 };
    const report = { name: 'SyntaxError', message: 'Unexpected token', at, frames: [] };
    const client = setUp({ compile: () => Promise.reject(new Failure(report)) });
    await client.handle(COMPILE);
    expect(client.order()).toEqual([
      'start',
      'status transpiling',
      'show-error SyntaxError',
      'done true',
      'status done',
    ]);
    expect(client.posted[2]).toMatchObject({ path: '/index.ts', line: 2, column: 3, message: 'Unexpected token' });
  });

  test('a run that is ended from outside says why, and ends', async () => {
    const client = setUp();
    await client.handle(COMPILE);
    await client.kill('loop');
    expect(client.order()).toEqual([...COMPILED, 'show-error Runtime Exception', 'status done']);
    expect(client.posted.at(-2)).toMatchObject({ message: expect.stringContaining('did not come to a pause') });
  });

  test('files that are too much are refused in words', async () => {
    const client = setUp();
    const code = 'x'.repeat(2_000_001);
    await client.handle({ type: 'compile', modules: { '/index.ts': { code } } });
    expect(client.order()).toEqual(['start', 'show-error Error', 'done true', 'status done']);
    expect(client.posted[1]).toMatchObject({ message: expect.stringContaining('index.ts has 2,000,001 characters') });
  });

  test('tests are announced once, on the first compile only', async () => {
    const client = setUp();
    for (let i = 0; i < 2; i++) {
      await client.handle(COMPILE);
      await client.say(DONE);
    }
    expect(client.order().filter((each) => each === 'test initialize_tests')).toHaveLength(1);
    expect(client.posted.filter(({ type }) => type === 'start')).toMatchObject([
      { firstLoad: true },
      { firstLoad: false },
    ]);
  });

  test('`skipEval` compiles and runs nothing', async () => {
    const client = setUp();
    await client.handle({ ...COMPILE, skipEval: true });
    const evaluated = COMPILED.filter((each) => each !== 'status evaluating');
    expect(client.order()).toEqual([...evaluated, 'success', 'status done']);
    expect(client.running).toEqual([]);
  });
});

test('an edit ends the run before, which emits nothing more', async () => {
  const client = setUp();
  await client.handle(COMPILE);
  await client.handle(COMPILE);
  await client.sayLate(HELLO, DONE);
  expect(client.order()).not.toContain('console');
  expect(client.running.map(({ aborted }) => aborted)).toEqual([true, false]);
  await client.say(DONE);
  expect(client.order().filter((each) => each === 'status done')).toHaveLength(1);
});

test('every message names the client, once it has registered, and is marked as Sandpack’s', async () => {
  const client = setUp();
  await client.handle({ type: 'register-frame', id: 3 });
  await client.handle(COMPILE);
  expect(client.posted).not.toHaveLength(0);
  for (const message of client.posted) expect(message).toMatchObject({ codesandbox: true, $id: 3 });
});

describe("Sandpack's list of tests", () => {
  const TESTS = ['test total_test_start', 'test add_file', 'clear-errors'];

  async function compiled() {
    const client = setUp();
    await client.handle(COMPILE);
    await client.say(DONE);
    client.posted.length = 0;
    return client;
  }

  test('tests that pass and fail', async () => {
    const client = await compiled();
    await client.handle({ type: 'run-all-tests' });
    await client.say(PASS, FAIL, FAILED);
    expect(client.order()).toEqual([
      ...TESTS,
      'test describe_start',
      'test add_test',
      'test describe_end',
      'test add_test',
      'test test_start',
      'test test_end',
      'test test_start',
      'test test_end',
      'test total_test_end',
    ]);
    const failed = client.posted.findLast((message) => message.type === 'test' && message.event === 'test_end');
    expect(failed).toMatchObject({
      test: {
        name: 'u',
        path: '/index.test.ts',
        status: 'fail',
        errors: [
          {
            message: 'no',
            mappedErrors: [
              {
                fileName: '/index.test.ts',
                _originalLineNumber: 3,
                _originalScriptCode: [{}, {}, { lineNumber: 3, content: 'expect(1).toBe(2)', highlight: true }],
              },
            ],
          },
        ],
      },
    });
  });

  test('a test file that loops is an error of the file, and the run of tests ends', async () => {
    const client = await compiled();
    await client.handle({ type: 'run-tests', path: '/index.test.ts' });
    await client.kill('loop');
    expect(client.order()).toEqual([...TESTS, 'test file_error', 'test total_test_end']);
  });

  test('requests that come while something runs are carried out once, afterwards', async () => {
    const client = setUp();
    await client.handle(COMPILE);
    await client.handle({ type: 'run-all-tests' });
    await client.handle({ type: 'run-all-tests' });
    expect(client.order()).not.toContain('test total_test_start');
    await client.say(DONE);
    await client.say(DONE);
    expect(client.order().filter((each) => each === 'test total_test_start')).toHaveLength(1);
    expect(client.order().at(-1)).toBe('test total_test_end');
  });

  test('an edit replaces a run of tests', async () => {
    const client = await compiled();
    await client.handle({ type: 'run-all-tests' });
    await client.handle(COMPILE);
    await client.sayLate(PASS, DONE);
    await client.say(DONE);
    expect(client.order()).not.toContain('test test_end');
    expect(client.order().slice(-2)).toEqual(['success', 'status done']);
  });
});
