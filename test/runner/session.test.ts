import { describe, expect, test } from 'vitest';
import type { CompiledProgram, ProgramSource } from '../../src/compiler/program.ts';
import type { RunMessage } from '../../src/runner/inner.ts';
import type { FromRelay, ToRelay } from '../../src/runner/protocol.ts';
import { CompileFailure } from '../../src/runner/relay/failure.ts';
import type { EndReason, SandboxListener } from '../../src/runner/relay/sandbox.ts';
import { createSession } from '../../src/runner/relay/session.ts';
import type { Trace } from '../../src/runner/relay/trace.ts';

const PROGRAM: CompiledProgram = {
  target: 'f1',
  modules: [{ name: '/program.ts', code: '', imports: ['eventsourcing'], map: '', segments: [] }],
};
const SOURCE: ProgramSource = { target: 'f1', modules: [{ name: '/program.ts', source: '', segments: [] }] };

const HELLO: RunMessage = { type: 'console', entry: { fence: 'f1', kind: 'log', text: 'hello' } };
const ERROR: RunMessage = {
  type: 'error',
  error: { name: 'Error', message: 'no', frames: [] },
  frames: [{ url: '/program.ts', line: 3, column: 7 }],
};
const PASS: RunMessage = {
  type: 'test',
  result: { fence: 'f1', name: 'd > t', blocks: ['d'], status: 'pass' },
  frames: [],
};
const FAIL: RunMessage = {
  type: 'test',
  result: {
    fence: 'f1',
    name: 'u',
    blocks: [],
    status: 'fail',
    error: { name: 'AssertionError', message: 'no', frames: [], actual: '1', expected: '2' },
  },
  frames: [{ url: '/index.test.ts', line: 3, column: 7 }],
};
const SETTLED: RunMessage = { type: 'settled', failed: false };
const SETTLED_BADLY: RunMessage = { type: 'settled', failed: true };

const RUN: ToRelay = { type: 'compile', request: { kind: 'program', run: 7, program: PROGRAM } };
const RUN_SOURCE: ToRelay = { type: 'compile', request: { kind: 'source', run: 8, source: SOURCE } };
const FILES: ToRelay = {
  type: 'compile',
  request: {
    kind: 'files',
    evaluate: true,
    files: [
      { path: '/index.ts', code: '' },
      { path: '/index.test.ts', code: 'one\ntwo\nexpect(1).toBe(2)' },
    ],
  },
};

/** A session whose sandbox and compiler do what the test says. */
function setUp({
  compile = async ({ target }) => ({
    target,
    modules: [{ name: target, code: '', imports: [], map: '', segments: [] }],
  }),
  tracer = async () => (frames) => frames.map(({ url, line, column }) => ({ fence: url, line, column })),
}: {
  compile?: (source: ProgramSource) => Promise<CompiledProgram>;
  tracer?: () => Promise<Trace>;
} = {}) {
  const posted: FromRelay[] = [];
  const listeners: SandboxListener[] = [];
  let stops = 0;
  let cancels = 0;
  const session = createSession({
    sandbox: {
      run: async (_program, _supplies, listener) => {
        listeners.push(listener);
      },
      stop: () => {
        stops++;
      },
      warm: () => {},
    },
    post: (message) => posted.push(message),
    compiler: { compile, cancel: () => cancels++ },
    supplies: async () => ({ library: {}, binaries: {} }),
    tracer,
    now: () => 0,
  });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  return {
    posted,
    stops: () => stops,
    cancels: () => cancels,
    order: () => posted.map(describeMessage),
    async handle(message: ToRelay) {
      void session.handle(message);
      await settle();
    },
    async say(...messages: RunMessage[]) {
      for (const message of messages) listeners.at(-1)?.message(message);
      await settle();
    },
    /** The run before the last one speaks. */
    async sayLate(...messages: RunMessage[]) {
      for (const message of messages) listeners.at(-2)?.message(message);
      await settle();
    },
    async kill(reason: EndReason) {
      listeners.at(-1)?.killed(reason);
      await settle();
    },
  };
}

function describeMessage(message: FromRelay): string {
  switch (message.type) {
    case 'status':
      return `status ${message.status}`;
    case 'done':
      return `done ${message.compilatonError}`;
    case 'action':
      return message.action === 'show-error' ? `show-error ${message.title}` : message.action;
    case 'test':
      return `test ${message.event}`;
    case 'x-end':
      return `x-end ${message['x-run']} ${message['x-status']}`;
    default:
      return message.type;
  }
}

const COMPILED = ['start', 'state', 'test initialize_tests', 'status evaluating', 'done false'];

describe('the order of messages', () => {
  const cases: readonly {
    readonly name: string;
    readonly request: ToRelay;
    readonly says: readonly RunMessage[];
    readonly order: readonly string[];
  }[] = [
    {
      name: 'a program that ends well',
      request: RUN,
      says: [HELLO, SETTLED],
      order: [...COMPILED, 'console', 'success', 'status done', 'x-end 7 done'],
    },
    {
      name: 'a program that throws',
      request: RUN,
      says: [HELLO, ERROR, SETTLED_BADLY],
      order: [...COMPILED, 'console', 'show-error Runtime Exception', 'status done', 'x-end 7 error'],
    },
    {
      name: 'a program with tests',
      request: RUN,
      says: [PASS, FAIL, SETTLED_BADLY],
      order: [...COMPILED, 'x-test', 'x-test', 'status done', 'x-end 7 error'],
    },
    {
      name: 'a source that compiles',
      request: RUN_SOURCE,
      says: [SETTLED],
      order: ['start', 'status transpiling', ...COMPILED.slice(1), 'success', 'status done', 'x-end 8 done'],
    },
  ];
  test.each(cases)('$name', async ({ request, says, order }) => {
    const session = setUp();
    await session.handle(request);
    await session.say(...says);
    expect(session.order()).toEqual(order);
  });

  test('a syntax error is shown before `done`, and `done` never wipes it', async () => {
    const report = {
      name: 'SyntaxError',
      message: 'Unexpected token',
      at: { fence: '/index.ts', line: 2, column: 3 },
      frames: [],
    };
    const session = setUp({ compile: () => Promise.reject(new CompileFailure(report)) });
    await session.handle(FILES);
    expect(session.order()).toEqual([
      'start',
      'status transpiling',
      'show-error SyntaxError',
      'done true',
      'status done',
      'x-end 0 error',
    ]);
    expect(session.posted[2]).toMatchObject({ path: '/index.ts', line: 2, column: 3, message: 'Unexpected token' });
  });

  test.each([
    ['loop', 'RUN_LOOP'],
    ['flood', 'RUN_FLOOD'],
    ['crash', 'RUN_CRASH'],
    ['lost', 'RUN_LOST'],
  ] as const)('a run that is ended from outside (%s) says why, and ends', async (reason, code) => {
    const session = setUp();
    await session.handle(RUN);
    await session.say(HELLO);
    await session.kill(reason);
    expect(session.order().slice(COMPILED.length)).toEqual([
      'console',
      'show-error Runtime Exception',
      'status done',
      'x-end 7 error',
    ]);
    expect(session.posted[COMPILED.length + 1]).toMatchObject({ 'x-error': { name: 'Stopped', code } });
  });

  test('tests are announced once, on the first compile only', async () => {
    const session = setUp();
    for (let i = 0; i < 2; i++) {
      await session.handle(RUN);
      await session.say(SETTLED);
    }
    expect(session.order().filter((each) => each === 'test initialize_tests')).toHaveLength(1);
    expect(session.posted.filter(({ type }) => type === 'start')).toEqual([
      { type: 'start', firstLoad: true },
      { type: 'start', firstLoad: false },
    ]);
  });
});

test('an error is placed before it is shown, and nothing overtakes it', async () => {
  const session = setUp();
  await session.handle(RUN);
  await session.say(ERROR, HELLO, SETTLED_BADLY);
  expect(session.order().slice(COMPILED.length)).toEqual([
    'show-error Runtime Exception',
    'console',
    'status done',
    'x-end 7 error',
  ]);
  expect(session.posted[COMPILED.length]).toMatchObject({
    path: '/program.ts',
    line: 3,
    column: 7,
    'x-error': { at: { fence: '/program.ts', line: 3, column: 7 } },
  });
});

test('stop ends the run at once, and what it still says is not heard', async () => {
  const session = setUp();
  await session.handle(RUN);
  await session.handle({ type: 'x-stop', run: 7 });
  await session.say(HELLO, SETTLED);
  expect(session.order().slice(COMPILED.length)).toEqual(['status done', 'x-end 7 stopped']);
});

test('a stop for another run is passed over', async () => {
  const session = setUp();
  await session.handle(RUN);
  const before = session.stops();
  await session.handle({ type: 'x-stop', run: 6 });
  expect(session.stops()).toBe(before);
  await session.say(SETTLED);
  expect(session.order().at(-1)).toBe('x-end 7 done');
});

test('a run that was replaced emits nothing more', async () => {
  const session = setUp();
  await session.handle(RUN);
  await session.handle({ type: 'compile', request: { kind: 'program', run: 9, program: PROGRAM } });
  await session.sayLate(HELLO, SETTLED);
  await session.say(SETTLED);
  expect(session.order()).not.toContain('console');
  expect(session.order().filter((each) => each.startsWith('x-end'))).toEqual(['x-end 9 done']);
});

test('an edit while the compiler is at work: only the later one is run', async () => {
  const gates: (() => void)[] = [];
  const session = setUp({
    compile: () => new Promise((resolve) => gates.push(() => resolve(PROGRAM))),
  });
  await session.handle(RUN_SOURCE);
  await session.handle({ type: 'compile', request: { kind: 'source', run: 9, source: SOURCE } });
  gates[1]?.();
  gates[0]?.();
  await session.say();
  await session.say(SETTLED);
  expect(session.order().filter((each) => each.startsWith('done') || each.startsWith('x-end'))).toEqual([
    'done false',
    'x-end 9 done',
  ]);
});

test('`skipEval` compiles and runs nothing', async () => {
  const session = setUp();
  const { request } = FILES as Extract<ToRelay, { type: 'compile' }>;
  await session.handle({ type: 'compile', request: { ...request, evaluate: false } as typeof request });
  expect(session.order()).toEqual([
    'start',
    'status transpiling',
    'state',
    'test initialize_tests',
    'done false',
    'success',
    'status done',
    'x-end 0 done',
  ]);
});

describe("Sandpack's list of tests", () => {
  const TESTS = ['test total_test_start', 'test add_file', 'clear-errors'];

  async function compiled() {
    const session = setUp();
    await session.handle(FILES);
    await session.say(SETTLED);
    session.posted.length = 0;
    return session;
  }

  test('tests that pass and fail', async () => {
    const session = await compiled();
    await session.handle({ type: 'run-all-tests' });
    await session.say(PASS, FAIL, SETTLED_BADLY);
    expect(session.order()).toEqual([
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
    const failed = session.posted.findLast((message) => message.type === 'test' && message.event === 'test_end');
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
    const session = await compiled();
    await session.handle({ type: 'run-tests', path: '/index.test.ts' });
    await session.kill('loop');
    expect(session.order()).toEqual([...TESTS, 'test file_error', 'test total_test_end']);
  });

  test('requests that come while something runs are carried out once, afterwards', async () => {
    const session = setUp();
    await session.handle(FILES);
    await session.handle({ type: 'run-all-tests' });
    await session.handle({ type: 'run-all-tests' });
    expect(session.order()).not.toContain('test total_test_start');
    await session.say(SETTLED);
    await session.say(SETTLED);
    expect(session.order().filter((each) => each === 'test total_test_start')).toHaveLength(1);
    expect(session.order().at(-1)).toBe('test total_test_end');
  });

  test('an edit replaces a run of tests', async () => {
    const session = await compiled();
    await session.handle({ type: 'run-all-tests' });
    await session.handle(RUN);
    await session.sayLate(PASS, SETTLED);
    await session.say(SETTLED);
    expect(session.order()).not.toContain('test test_end');
    expect(session.order().at(-1)).toBe('x-end 7 done');
  });
});

describe('what a run says of itself is not believed', () => {
  const forged: RunMessage = {
    type: 'error',
    error: {
      name: 'Error',
      message: 'no',
      at: { fence: 'f9"] , figure', line: 1 },
      fence: 'f9',
      frames: [{ fence: 'f9', line: 1, column: 1 }],
    },
    frames: [],
  };

  test('an error without a trace has no place', async () => {
    const session = setUp();
    await session.handle(RUN);
    await session.say(forged);
    const shown = session.posted.find((message) => message.type === 'action');
    expect(shown).toMatchObject({ path: '', 'x-error': { name: 'Error', message: 'no', frames: [] } });
    expect(shown).not.toHaveProperty('x-error.at');
    expect(shown).not.toHaveProperty('x-error.fence');
  });

  test('lines and tests belong to a fence of the program', async () => {
    const session = setUp();
    await session.handle(RUN);
    await session.say(
      { type: 'console', entry: { fence: 'f9', kind: 'log', text: 'x' } },
      { type: 'test', result: { fence: 'f9', name: 't', blocks: [], status: 'pass' }, frames: [] },
    );
    expect(session.posted.find((message) => message.type === 'console')).toMatchObject({ 'x-entry': { fence: '' } });
    expect(session.posted.find((message) => message.type === 'x-test')).toMatchObject({ 'x-result': { fence: 'f1' } });
  });
});

describe('a run ends, whatever goes wrong on the way', () => {
  test.each([
    ['the code that finds places cannot be loaded', () => Promise.reject(new Error('offline'))],
    [
      'a place cannot be looked up',
      async () => () => {
        throw new TypeError('`line` must be greater than 0');
      },
    ],
  ])('%s', async (_, tracer) => {
    const session = setUp({ tracer });
    await session.handle(RUN);
    await session.say(ERROR, SETTLED_BADLY);
    expect(session.order().slice(-3)).toEqual(['show-error Runtime Exception', 'status done', 'x-end 7 error']);
  });

  test('one that is refused says why', async () => {
    const session = setUp();
    await session.handle({ type: 'compile', request: { kind: 'refused', run: 9, reason: 'Too long.' } });
    expect(session.order()).toEqual(['start', 'show-error Error', 'done true', 'status done', 'x-end 9 error']);
    expect(session.posted[1]).toMatchObject({ message: 'Too long.', 'x-error': { code: 'RUN_UNAVAILABLE' } });
  });
});

test('the map of a program is read once for all its errors', async () => {
  let loads = 0;
  const session = setUp({
    tracer: async () => {
      loads++;
      return (frames) => frames.map(({ url, line, column }) => ({ fence: url, line, column }));
    },
  });
  await session.handle(RUN);
  await session.say(ERROR, ERROR, ERROR);
  expect(session.posted.filter((message) => message.type === 'action')).toHaveLength(3);
  expect(loads).toBe(1);
});

test('stop and a replacement end the compiler', async () => {
  const session = setUp({ compile: () => new Promise(() => {}) });
  await session.handle(RUN_SOURCE);
  const before = session.cancels();
  await session.handle({ type: 'x-stop', run: 8 });
  expect(session.cancels()).toBe(before + 1);
  await session.handle(RUN_SOURCE);
  expect(session.cancels()).toBe(before + 2);
});
