/**
 * The small test runner behind `import { test, expect } from 'vitest'` on pages. Tests are collected while the module
 * runs and executed when their fence ends, in order, in Node and in the browser alike.
 */
import type { ExpectStatic } from '@vitest/expect';
import type { ProbeConsole } from './console.ts';
import { createExpect } from './expect.ts';
import type { Probe, ProbeHost } from './probe.ts';
import { renderError, reportError } from './report.ts';

type Body = () => unknown;
type Each = (cases: readonly unknown[]) => (name: string, body: (...args: never[]) => unknown) => void;

interface Define<B> {
  (name: string, body: B): void;
  readonly skip: (name: string, body?: B) => void;
  readonly each: Each;
}

export interface TestApi {
  readonly test: Define<Body>;
  readonly it: Define<Body>;
  readonly describe: Define<() => void>;
  readonly beforeEach: (hook: Body) => void;
  readonly afterEach: (hook: Body) => void;
  readonly expect: ExpectStatic;
}

interface Block {
  readonly name: string;
  readonly parent: Block | undefined;
  readonly before: Body[];
  readonly after: Body[];
  readonly skip: boolean;
}

interface Collected {
  readonly fence: string;
  readonly name: string;
  readonly block: Block;
  readonly body: Body | undefined;
}

/** Makes the module's exports for one program, and tells its probe to run the tests when a fence ends. */
export function createTestApi(probe: Pick<Probe, 'collectTests' | 'fence'>): TestApi {
  const root: Block = { name: '', parent: undefined, before: [], after: [], skip: false };
  let block = root;
  let collected: Collected[] = [];

  const describe = (name: string, skip: boolean, body: () => void) => {
    const outer = block;
    block = { name, parent: outer, before: [], after: [], skip: skip || outer.skip };
    try {
      body();
    } finally {
      block = outer;
    }
  };
  const define = (name: string, body: Body | undefined) => {
    collected.push({ fence: probe.fence, name: [...path(block), name].join(' > '), block, body });
  };
  const each =
    (add: (name: string, body: Body) => void): Each =>
    (cases) =>
    (name, body) => {
      for (const [index, row] of cases.entries()) {
        const args = Array.isArray(row) ? row : [row];
        add(caseName(name, args, index), () => Reflect.apply(body, undefined, args));
      }
    };

  probe.collectTests(async (console, tested) => {
    const tests = collected;
    collected = [];
    return runTests(tests, console, tested);
  });

  const test: Define<Body> = Object.assign((name: string, body: Body) => define(name, body), {
    skip: (name: string) => define(name, undefined),
    each: each((name, body) => define(name, body)),
  });
  return {
    test,
    it: test,
    describe: Object.assign((name: string, body: () => void) => describe(name, false, body), {
      skip: (name: string, body: () => void = () => {}) => describe(name, true, body),
      each: each((name, body) => describe(name, false, body)),
    }),
    beforeEach: (hook) => {
      block.before.push(hook);
    },
    afterEach: (hook) => {
      block.after.push(hook);
    },
    expect: createExpect(),
  };
}

async function runTests(
  tests: readonly Collected[],
  console: ProbeConsole,
  tested: NonNullable<ProbeHost['tested']>,
): Promise<boolean> {
  if (tests.length === 0) return true;
  const counts = { fail: 0, pass: 0, skip: 0 };
  for (const { fence, name, block, body } of tests) {
    const test = { fence, name, blocks: path(block) };
    if (body === undefined || block.skip) {
      counts.skip++;
      console.log(`- ${name} (skipped)`);
      tested({ ...test, status: 'skip' });
      continue;
    }
    const failure = await attempt(block, body);
    if (failure === undefined) {
      counts.pass++;
      console.log(`✓ ${name}`);
      tested({ ...test, status: 'pass' });
    } else {
      counts.fail++;
      const text = renderError(reportError(failure.error));
      console.error(`✗ ${name}\n${text.replaceAll(/^(?=.)/gm, '  ')}`);
      tested({ ...test, status: 'fail' }, failure.error);
    }
  }
  const summary = [
    ...(counts.fail > 0 ? [`${counts.fail} failed`] : []),
    ...(counts.pass > 0 ? [`${counts.pass} passed`] : []),
    ...(counts.skip > 0 ? [`${counts.skip} skipped`] : []),
  ];
  console.log(summary.join(', '));
  return counts.fail === 0;
}

/** Runs one test with the hooks around it; the hooks after it run in any case. */
async function attempt(block: Block, body: Body): Promise<{ error: unknown } | undefined> {
  let failure: { error: unknown } | undefined;
  const step = async (act: Body) => {
    try {
      await act();
    } catch (error) {
      failure ??= { error };
    }
  };
  for (const hook of blocks(block).flatMap(({ before }) => before)) if (!failure) await step(hook);
  if (!failure) await step(body);
  for (const hook of blocks(block)
    .reverse()
    .flatMap(({ after }) => after))
    await step(hook);
  return failure;
}

/** The blocks around a test, outermost first. */
function blocks(block: Block): Block[] {
  return block.parent ? [...blocks(block.parent), block] : [block];
}

function path(block: Block): string[] {
  return blocks(block)
    .map(({ name }) => name)
    .filter((name) => name !== '');
}

/** Fills the `%s`, `%d`, `%i`, `%f`, `%j`, `%o` and `%#` of a name of `test.each`. */
function caseName(name: string, args: readonly unknown[], index: number): string {
  const left = [...args];
  return name.replaceAll(/%([sdifjo#%])/g, (_, kind: string) => {
    if (kind === '%') return '%';
    if (kind === '#') return String(index);
    const value = left.shift();
    return kind === 'j' || kind === 'o' ? JSON.stringify(value) : String(value);
  });
}
