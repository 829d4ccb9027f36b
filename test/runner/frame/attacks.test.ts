import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CompiledProgram } from '../../../src/compiler/program.ts';
import { MAX_CODE_CHARACTERS, MAX_COMPILE_SECONDS } from '../../../src/runner/limits.ts';
import type { RunRequest } from '../../../src/runner/runner.ts';
import { launchChromium } from '../../browser-support/chromium.ts';
import { serveFiles, type TestServer } from '../../browser-support/server.ts';
import { lines } from '../outcome.ts';
import type { Outcome } from '../page/page.ts';
import { program, source } from '../programs.ts';
import { testSite } from '../support.ts';

/** Code that is set on the runner itself: every run ends for the right reason, and the next one works. */

/** Its parser looks at each level twice for each level around it: forty of them would take years. */
const EXPONENTIAL = `const x = ${'<T>('.repeat(40)}1${')'.repeat(40)}`;
/** On a busy machine the compiler's own limit is far away. */
const PATIENCE_MS = MAX_COMPILE_SECONDS * 1_000 * 12;

let browser: Browser;
let server: TestServer;
let page: Page;

beforeAll(async () => {
  server = await serveFiles(await testSite());
  browser = await launchChromium();
  page = await browser.newPage();
  await page.goto(`${server.origin}/`);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

function run(request: RunRequest, stopAfterMs?: number): Promise<Outcome> {
  return page.evaluate(([what, after]) => window.run(what, after), [request, stopAfterMs] as const);
}

async function expectNextRunWorks() {
  for (const request of [{ program: program("console.log('next')") }, { source: source("console.log('next')") }]) {
    const next = await run(request);
    expect({ status: next.status, lines: lines(next) }).toEqual({ status: 'done', lines: ['log next'] });
  }
}

describe('a compiler that does not finish', { timeout: PATIENCE_MS }, () => {
  test('is ended by Stop', async () => {
    expect((await run({ source: source(EXPONENTIAL) }, 1_000)).status).toBe('stopped');
    await expectNextRunWorks();
  });

  test('is ended by the run that takes its place', async () => {
    const first = run({ source: source(EXPONENTIAL) });
    await expectNextRunWorks();
    expect((await first).status).toBe('stopped');
  });

  test('is ended by a limit of its own, and the message says so', async () => {
    const outcome = await run({ source: source(EXPONENTIAL) });
    expect(outcome.status).toBe('error');
    expect(lines(outcome)).toEqual([
      `Stopped [COMPILE_TIMEOUT]: The compiler did not finish within ${MAX_COMPILE_SECONDS} s, so it was stopped.`,
    ]);
    await expectNextRunWorks();
  });
});

describe('the reason is the right one', () => {
  const hostile = (code: string): CompiledProgram => {
    // A reader who is set on it could get past the compiler: so this is tried as compiled code.
    const compiled = program('await null;');
    return {
      ...compiled,
      modules: compiled.modules.map((module) => ({ ...module, code: module.code.replace('await null;', code) })),
    };
  };

  test.each([
    [
      'close()',
      "console.log('before'); self.close(); console.log('after'); await new Promise(() => {});",
      ['log before', 'Stopped [RUN_CLOSED]: The code ended itself with `close()`, so nothing after that was run.'],
    ],
    [
      'close() that was taken from a prototype',
      "for (let each = self; each; each = Object.getPrototypeOf(each)) { delete each.close; } (self.close ?? (() => console.log('gone')))();",
      ['log gone'],
    ],
    [
      'getters on an error that throw',
      "const get = () => { throw new Error('a getter'); }; throw Object.defineProperties(new Error('the real one'), { actual: { get }, expected: { get }, code: { get }, stack: { get } });",
      ['Error: the real one'],
    ],
    [
      'a printed value whose inspection throws something that cannot be shown',
      "console.log({ [Symbol.for('nodejs.util.inspect.custom')]() { throw { toString() { throw 1; } }; } }); console.log('on');",
      [expect.stringContaining('cannot be shown'), 'log on'],
    ],
    [
      'forged messages: they are nobody’s',
      "postMessage({ type: 'error', error: { name: 'E', message: 'm', frames: [], at: { fence: 'f9', line: 1 } }, frames: [] }); postMessage({ type: 'settled' }); console.log('on');",
      ['log on'],
    ],
    [
      'a message that pretends to come from the frame',
      "dispatchEvent(new MessageEvent('message', { data: { type: 'load', library: {} }, ports: [new MessageChannel().port1] })); console.log('on');",
      ['log on'],
    ],
    [
      'a toJSON for everything',
      "Object.prototype.toJSON = () => 'poisoned'; console.log('on', { a: 1 });",
      ['log on { a: 1 }'],
    ],
  ])('%s', async (_, code, expected) => {
    const outcome = await run({ program: hostile(code) });
    expect(lines(outcome)).toEqual(expected);
    await expectNextRunWorks();
  });

  test('a program of 4 MB is too long, and no syntax error', async () => {
    const outcome = await run({ source: source(`console.log('${'x'.repeat(MAX_CODE_CHARACTERS * 2)}');`) });
    expect(lines(outcome)).toEqual([
      expect.stringMatching(
        /^Stopped \[RUN_UNAVAILABLE\]: The program is too long to run here: program\.ts has 4,000,/,
      ),
    ]);
    await expectNextRunWorks();
  });

  test('code that is nested too deeply for the compiler', async () => {
    const outcome = await run({ source: source(`const a = ${'('.repeat(20_000)}1${')'.repeat(20_000)};`) });
    expect(lines(outcome)).toEqual([expect.stringContaining('The code is nested too deeply for the compiler.')]);
    await expectNextRunWorks();
  });

  test('what is printed too long is cut, and says so', async () => {
    const outcome = await run({ program: program("console.log('x'.repeat(300_000));") });
    expect(lines(outcome)[0]).toMatch(/x… \(cut: 300000 characters\)$/);
  });

  test('too many errors and tests', async () => {
    const outcome = await run({
      program: program("import { test } from 'vitest';\nfor (let i = 0; i < 600; i++) test('t' + i, () => {});"),
    });
    expect(lines(outcome).at(-1)).toMatch(/^Stopped \[RUN_FLOOD\]: The code reported more than 500 errors and test/);
    await expectNextRunWorks();
  });
});

test('a message of another origin does not pass for the relay’s', async () => {
  const fresh = await browser.newPage();
  await fresh.goto(`${server.origin}/`);
  const outcome = await fresh.evaluate(
    (what) => {
      const running = window.run(what);
      // As a page would send it that the frame was led to: from the right window.
      const source = document.querySelector('iframe')?.contentWindow ?? null;
      const data = { type: 'ready' };
      dispatchEvent(new MessageEvent('message', { source, origin: 'https://other.test', data }));
      return running;
    },
    { program: program("console.log('on')") },
  );
  expect(lines(outcome)).toEqual(['log on']);
  await fresh.close();
});

test('a run of many errors reads the map of a large source once', async () => {
  const filler = Array.from({ length: 5_000 }, (_, i) => `const v${i} = ${i} + 1;`).join('\n');
  const tests =
    "import { test } from 'vitest';\nfor (let i = 0; i < 400; i++) test('t' + i, () => { throw new Error('no'); });";
  const outcome = await run({ program: program(filler, tests) });
  const failures = outcome.events.filter((event) => event.type === 'test');
  expect(failures).toHaveLength(400);
  for (const { result } of failures) expect(result.error?.at).toMatchObject({ fence: 'f2', line: 2 });
});
