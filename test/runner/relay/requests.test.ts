import { describe, expect, test } from 'vitest';
import type { CompiledProgram, ProgramSource } from '../../../src/compiler/program.ts';
import type { FromRelay, RunMessage, ToRelay } from '../../../src/runner/protocol/messages.ts';
import type { Refused } from '../../../src/runner/protocol/read.ts';
import { Failure } from '../../../src/runner/relay/failure.ts';
import { createPageRequests } from '../../../src/runner/relay/page-requests.ts';
import { DONE, ERROR, FAIL, FAILED, type FakeOptions, fakeRelay, HELLO, PASS } from './fake-relay.ts';

const PROGRAM: CompiledProgram = {
  target: 'f1',
  modules: [{ name: '/program.ts', code: '', imports: ['eventsourcing'], map: '', segments: [] }],
};
const SOURCE: ProgramSource = { target: 'f1', modules: [{ name: '/program.ts', source: '', segments: [] }] };
const RUN: ToRelay = { type: 'run', run: 7, request: { program: PROGRAM } };
const RUN_SOURCE: ToRelay = { type: 'run', run: 8, request: { source: SOURCE } };

function setUp(options?: FakeOptions) {
  const posted: FromRelay[] = [];
  const relay = fakeRelay(options);
  const handle = createPageRequests({ ...relay.parts, post: (message) => posted.push(message) });
  const messages = () => posted.flatMap((each) => (each.type === 'message' ? [each.message] : []));
  return {
    ...relay,
    messages,
    order: () => posted.map(describeMessage),
    async handle(message: ToRelay | Refused) {
      void handle(message);
      await relay.settle();
    },
  };
}

function describeMessage(posted: FromRelay): string {
  if (posted.type !== 'message') return posted.type;
  const { run, message } = posted;
  return message.type === 'ended' ? `${run} ended ${message.status}` : `${run} ${message.type}`;
}

describe('the order of messages', () => {
  const cases: readonly {
    readonly name: string;
    readonly request: ToRelay;
    readonly says: readonly RunMessage[];
    readonly order: readonly string[];
  }[] = [
    { name: 'a program that ends well', request: RUN, says: [HELLO, DONE], order: ['7 console', '7 ended done'] },
    {
      name: 'a program that throws',
      request: RUN,
      says: [HELLO, ERROR, FAILED],
      order: ['7 console', '7 error', '7 ended error'],
    },
    {
      name: 'a program with tests',
      request: RUN,
      says: [PASS, FAIL, FAILED],
      order: ['7 test', '7 test', '7 ended error'],
    },
    { name: 'a source that compiles', request: RUN_SOURCE, says: [HELLO, DONE], order: ['8 console', '8 ended done'] },
    {
      name: 'an error that takes time to be placed: nothing overtakes it',
      request: RUN,
      says: [ERROR, HELLO, FAILED],
      order: ['7 error', '7 console', '7 ended error'],
    },
    {
      name: 'something of the runner’s own that is started first',
      request: RUN,
      says: [{ type: 'progress', progress: { stage: 'starting', what: 'SQLite' } }, DONE],
      order: ['7 progress', '7 ended done'],
    },
  ];
  test.each(cases)('$name', async ({ request, says, order }) => {
    const relay = setUp();
    await relay.handle(request);
    await relay.say(...says);
    expect(relay.order()).toEqual(order);
  });
});

test('an error is placed before it is told', async () => {
  const relay = setUp();
  await relay.handle(RUN);
  await relay.say(ERROR);
  expect(relay.messages()).toEqual([
    {
      type: 'error',
      error: {
        name: 'Error',
        message: 'no',
        at: { fence: '/program.ts', line: 3, column: 7 },
        frames: [{ fence: '/program.ts', line: 3, column: 7 }],
      },
    },
  ]);
});

test('a source that does not compile is an error, and the run ends', async () => {
  const error = { name: 'SyntaxError', message: 'Unexpected token', frames: [] };
  const relay = setUp({ compile: () => Promise.reject(new Failure(error)) });
  await relay.handle(RUN_SOURCE);
  expect(relay.messages()).toEqual([{ type: 'error', error }, FAILED]);
});

test('stop ends the run at once, and what it still says is not heard', async () => {
  const relay = setUp();
  await relay.handle(RUN);
  await relay.handle({ type: 'stop', run: 7 });
  expect(relay.running.map(({ aborted }) => aborted)).toEqual([true]);
  await relay.say(HELLO, DONE);
  expect(relay.order()).toEqual([]);
});

test('a stop for another run is passed over', async () => {
  const relay = setUp();
  await relay.handle(RUN);
  await relay.handle({ type: 'stop', run: 6 });
  expect(relay.running.map(({ aborted }) => aborted)).toEqual([false]);
  await relay.say(DONE);
  expect(relay.order()).toEqual(['7 ended done']);
});

test('a run that was replaced emits nothing more', async () => {
  const relay = setUp();
  await relay.handle(RUN);
  await relay.handle({ type: 'run', run: 9, request: { program: PROGRAM } });
  await relay.sayLate(HELLO, DONE);
  await relay.say(DONE);
  expect(relay.order()).toEqual(['9 ended done']);
});

test('an edit while the compiler is at work: only the later one is run', async () => {
  const gates: (() => void)[] = [];
  const relay = setUp({ compile: () => new Promise((resolve) => gates.push(() => resolve(PROGRAM))) });
  await relay.handle(RUN_SOURCE);
  await relay.handle({ type: 'run', run: 9, request: { source: SOURCE } });
  gates[1]?.();
  gates[0]?.();
  await relay.say();
  expect(relay.running).toHaveLength(1);
  await relay.say(DONE);
  expect(relay.order()).toEqual(['9 ended done']);
});

test('stop and a replacement end the compiler, and nothing is told of that', async () => {
  const relay = setUp({ compile: () => new Promise(() => {}) });
  await relay.handle(RUN_SOURCE);
  await relay.handle({ type: 'stop', run: 8 });
  await relay.handle(RUN_SOURCE);
  await relay.handle(RUN);
  expect(relay.compiling.map(({ aborted }) => aborted)).toEqual([true, true]);
  expect(relay.order()).toEqual([]);
});

describe('what a run says of itself is not believed', () => {
  test('an error without a trace has no place', async () => {
    const relay = setUp();
    await relay.handle(RUN);
    await relay.say({
      type: 'error',
      error: {
        name: 'Error',
        message: 'no',
        at: { fence: 'f9"] , figure', line: 1 },
        fence: 'f9',
        frames: [{ fence: 'f9', line: 1, column: 1 }],
      },
      frames: [],
    });
    expect(relay.messages()).toEqual([{ type: 'error', error: { name: 'Error', message: 'no', frames: [] } }]);
  });

  test('lines and tests belong to a fence of the program', async () => {
    const relay = setUp();
    await relay.handle(RUN);
    await relay.say(
      { type: 'console', entry: { fence: 'f9', kind: 'log', text: 'x' } },
      { type: 'test', result: { fence: 'f9', name: 't', blocks: [], status: 'pass' }, frames: [] },
    );
    expect(relay.messages()).toMatchObject([{ entry: { fence: '' } }, { result: { fence: 'f1' } }]);
  });
});

describe('a run ends, whatever goes wrong on the way', () => {
  test.each([
    ['loop', 'RUN_LOOP'],
    ['flood', 'RUN_FLOOD'],
    ['crash', 'RUN_CRASH'],
    ['lost', 'RUN_LOST'],
  ] as const)('one that is ended from outside (%s) says why', async (reason, code) => {
    const relay = setUp();
    await relay.handle(RUN);
    await relay.say(HELLO);
    await relay.kill(reason);
    expect(relay.messages()).toMatchObject([HELLO, { type: 'error', error: { name: 'Stopped', code } }, FAILED]);
  });

  test.each([
    ['the code that finds places cannot be loaded', () => Promise.reject(new Error('offline'))],
    [
      'a place cannot be looked up',
      async () => () => {
        throw new TypeError('`line` must be greater than 0');
      },
    ],
  ])('%s', async (_, tracer) => {
    const relay = setUp({ tracer });
    await relay.handle(RUN);
    await relay.say(ERROR, FAILED);
    expect(relay.order()).toEqual(['7 error', '7 ended error']);
  });

  test('one that is refused says why', async () => {
    const relay = setUp();
    await relay.handle({ type: 'refused', run: 9, reason: 'Too long.' });
    expect(relay.order()).toEqual(['9 error', '9 ended error']);
    expect(relay.messages()[0]).toMatchObject({ error: { message: 'Too long.', code: 'RUN_UNAVAILABLE' } });
  });
});

test('the map of a program is read once for all its errors', async () => {
  let loads = 0;
  const relay = setUp({
    tracer: async () => {
      loads++;
      return (frames) => frames.map(({ url, line, column }) => ({ fence: url, line, column }));
    },
  });
  await relay.handle(RUN);
  await relay.say(ERROR, ERROR, ERROR);
  expect(relay.order()).toEqual(['7 error', '7 error', '7 error']);
  expect(loads).toBe(1);
});
