import type { CompiledProgram, ProgramSource } from '../../../src/compiler/program.ts';
import { oneAtATime } from '../../../src/runner/one-at-a-time.ts';
import type { RunMessage } from '../../../src/runner/protocol/messages.ts';
import { createExecute } from '../../../src/runner/relay/execution.ts';
import { failureReport } from '../../../src/runner/relay/failure.ts';
import type { EndReason, SandboxListener } from '../../../src/runner/relay/sandbox.ts';
import type { Trace } from '../../../src/runner/relay/trace.ts';

export const HELLO: RunMessage = { type: 'console', entry: { fence: 'f1', kind: 'log', text: 'hello' } };
export const ERROR: RunMessage = {
  type: 'error',
  error: { name: 'Error', message: 'no', frames: [] },
  frames: [{ url: '/program.ts', line: 3, column: 7 }],
};
export const PASS: RunMessage = {
  type: 'test',
  result: { fence: 'f1', name: 'd > t', blocks: ['d'], status: 'pass' },
  frames: [],
};
export const FAIL: RunMessage = {
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
export const DONE: RunMessage = { type: 'ended', status: 'done' };
export const FAILED: RunMessage = { type: 'ended', status: 'error' };

export interface FakeOptions {
  readonly compile?: (source: ProgramSource) => Promise<CompiledProgram>;
  readonly tracer?: () => Promise<Trace>;
}

/** The parts that requests are carried out with. Sandbox and compiler do what the test says. */
export function fakeRelay({
  compile = async ({ target }) => ({
    target,
    modules: [{ name: target, code: '', imports: [], map: '', segments: [] }],
  }),
  tracer = async () => (frames) => frames.map(({ url, line, column }) => ({ fence: url, line, column })),
}: FakeOptions = {}) {
  const listeners: SandboxListener[] = [];
  const compiling: AbortSignal[] = [];
  const running: AbortSignal[] = [];
  const execute = createExecute({
    sandbox: {
      run: async (_program, _supplies, listener, signal) => {
        listeners.push(listener);
        running.push(signal);
      },
      warm: () => {},
    },
    supplies: async () => ({ library: {}, binaries: {} }),
    tracer,
  });
  const compiler = {
    compile: (source: ProgramSource, signal: AbortSignal) => {
      compiling.push(signal);
      return compile(source);
    },
  };
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  return {
    parts: { execute, compiler, explain: failureReport, going: oneAtATime() },
    /** The signals of compilations and of runs, in order. */
    compiling,
    running,
    settle,
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
