import { describe, expect, test, vi } from 'vitest';
import { readEntry, readError, readRawFrames, readTest } from '../../src/runner/events.ts';
import { readFromFrame } from '../../src/runner/inner.ts';
import { MAX_ENTRY_CHARACTERS, MAX_UNANSWERED, PING_EVERY_MS } from '../../src/runner/limits.ts';
import { createMeter } from '../../src/runner/meter.ts';
import { readFromRelay } from '../../src/runner/protocol.ts';
import { createPulse } from '../../src/runner/pulse.ts';
import { readToRelay } from '../../src/runner/relay/requests.ts';
import { createModules, missingExport } from '../../src/runner/worker/modules.ts';

const ENTRY = { fence: 'f1', kind: 'log', text: 'hello' };
const ERROR = { name: 'Error', message: 'no', frames: [] };

describe('what a run posts is checked', () => {
  test.each([
    ['an entry', readEntry, ENTRY, ENTRY],
    ['an entry with more than it should have', readEntry, { ...ENTRY, extra: { deep: [] } }, ENTRY],
    ['an entry without text', readEntry, { fence: 'f1', kind: 'log' }, undefined],
    ['an entry of an unknown kind', readEntry, { ...ENTRY, kind: 'clear' }, undefined],
    ['an entry whose line is no number', readEntry, { ...ENTRY, line: 'x' }, ENTRY],
    ['an error', readError, { ...ERROR, at: { fence: 'f1', line: 2 } }, { ...ERROR, at: { fence: 'f1', line: 2 } }],
    ['an error with a place that is none', readError, { ...ERROR, at: 'f1' }, ERROR],
    ['an error without frames', readError, { name: 'Error', message: 'no' }, undefined],
    [
      'a test',
      readTest,
      { fence: 'f1', name: 't', blocks: [], status: 'pass' },
      { fence: 'f1', name: 't', blocks: [], status: 'pass' },
    ],
    ['a test with an unknown status', readTest, { fence: 'f1', name: 't', blocks: [], status: 'good' }, undefined],
    ['null', readEntry, null, undefined],
    ['a list', readEntry, [], undefined],
  ] as const)('%s', (_, read, value, expected) => {
    expect(read(value)).toEqual(expected);
  });

  test('long texts are cut, and frames counted', () => {
    const long = 'x'.repeat(MAX_ENTRY_CHARACTERS * 2);
    expect(readEntry({ ...ENTRY, text: long })?.text.length).toBe(MAX_ENTRY_CHARACTERS + 1);
    const frames = Array.from({ length: 1_000 }, () => ({ url: '/a.ts', line: 1, column: 1 }));
    expect(readRawFrames(frames)).toHaveLength(50);
    expect(readRawFrames('frames')).toEqual([]);
    expect(readRawFrames([{ url: '/a.ts', line: -1, column: 1 }])).toEqual([]);
  });

  test.each([
    [{ type: 'pong' }, { type: 'pong' }],
    [
      { type: 'killed', run: 1, reason: 'loop' },
      { type: 'killed', run: 1, reason: 'loop' },
    ],
    [{ type: 'killed', run: 1, reason: 'boredom' }, undefined],
    [
      { type: 'message', run: 1, message: { type: 'settled', failed: 1 } },
      { type: 'message', run: 1, message: { type: 'settled', failed: false } },
    ],
    [{ type: 'message', run: 1, message: { type: 'navigate', url: '/' } }, undefined],
    [{ type: 'message', message: { type: 'settled' } }, undefined],
  ])('from the frame: %j', (value, expected) => {
    expect(readFromFrame(value)).toEqual(expected);
  });
});

describe('what clients ask is checked', () => {
  const segments = [{ fence: 'f1', line: 1, count: 2 }];
  const program = { target: 'f1', modules: [{ name: '/a.ts', code: '', imports: [], map: '{}', segments }] };
  const source = { target: 'f1', modules: [{ name: '/a.ts', source: '', segments }] };
  test.each([
    [
      { type: 'register-frame', id: 3 },
      { type: 'register-frame', id: 3 },
    ],
    [{ type: 'register-frame', id: {} }, undefined],
    [
      { type: 'compile', 'x-run': 1, 'x-program': program },
      { type: 'compile', request: { kind: 'program', run: 1, program } },
    ],
    [
      { type: 'compile', 'x-run': 1, 'x-source': source },
      { type: 'compile', request: { kind: 'source', run: 1, source } },
    ],
    [{ type: 'compile', 'x-run': 1, 'x-program': { target: 'f1', modules: [{}] } }, undefined],
    [
      { type: 'compile', modules: { '/index.ts': { code: 'a', path: '/index.ts' } }, skipEval: true },
      { type: 'compile', request: { kind: 'files', files: [{ path: '/index.ts', code: 'a' }], evaluate: false } },
    ],
    [{ type: 'compile' }, undefined],
    [{ type: 'run-all-tests' }, { type: 'run-all-tests' }],
    [
      { type: 'run-tests', path: '/a.test.ts' },
      { type: 'run-tests', path: '/a.test.ts' },
    ],
    [
      { type: 'x-stop', 'x-run': 4 },
      { type: 'x-stop', run: 4 },
    ],
    [{ type: 'evaluate', command: '1' }, undefined],
    ['compile', undefined],
  ])('%j', (value, expected) => {
    expect(readToRelay(value)).toEqual(expected);
  });
});

describe('what the relay answers', () => {
  const mine = { codesandbox: true, $id: 'me', 'x-run': 2 };
  test.each([
    [{ codesandbox: true, type: 'initialized' }, { type: 'initialized' }],
    [{ type: 'initialized' }, undefined],
    [
      { ...mine, type: 'console', 'x-entry': ENTRY },
      { type: 'console', run: 2, entry: ENTRY },
    ],
    [{ ...mine, $id: 'you', type: 'console', 'x-entry': ENTRY }, undefined],
    [
      { ...mine, type: 'action', 'x-error': ERROR },
      { type: 'error', run: 2, error: ERROR },
    ],
    [
      { ...mine, type: 'x-end', 'x-status': 'done' },
      { type: 'end', run: 2, status: 'done' },
    ],
    [{ ...mine, type: 'x-end', 'x-status': 'lost' }, undefined],
    [{ ...mine, type: 'resize', height: 4 }, undefined],
  ])('%j', (value, expected) => {
    expect(readFromRelay(value, 'me')).toEqual(expected);
  });
});

test('the meter counts messages and characters', () => {
  const entry = (text: string) => ({ type: 'console', entry: { ...ENTRY, text } });
  const messages = createMeter(3, 100);
  expect([1, 2, 3, 4].map(() => messages.allows(entry('x')))).toEqual([true, true, true, false]);
  const characters = createMeter(100, 10);
  expect([characters.allows(entry('12345')), characters.allows(entry('12345')), characters.allows(entry('1'))]).toEqual(
    [true, true, false],
  );
});

test('the pulse gives up after so many questions without an answer, and not by the clock', () => {
  vi.useFakeTimers();
  try {
    let asked = 0;
    let lost = 0;
    const pulse = createPulse(
      () => asked++,
      () => lost++,
    );
    pulse.start();
    expect(asked).toBe(1);
    vi.advanceTimersByTime(PING_EVERY_MS * (MAX_UNANSWERED - 1));
    pulse.answered();
    vi.setSystemTime(Date.now() + 3_600_000); // the computer slept
    vi.advanceTimersByTime(PING_EVERY_MS);
    expect(lost).toBe(0);
    vi.advanceTimersByTime(PING_EVERY_MS * MAX_UNANSWERED);
    expect(lost).toBe(1);
    vi.advanceTimersByTime(PING_EVERY_MS * 10);
    expect(lost).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

describe('modules', () => {
  test('specifiers become addresses, in imports only', async () => {
    const modules = createModules();
    const code = [
      'import { a } from "/dog.ts";',
      'const text = `',
      'import { a } from "/dog.ts";`;',
      'export { b } from "eventsourcing";',
      'export const all = [a, text, import.meta.url];',
    ].join('\n');
    modules.add(
      [
        { name: '/dog.ts', code: 'export const a = 1;' },
        { name: '/program.ts', code },
      ],
      { eventsourcing: 'export const b = 2;' },
    );
    const text = await (await fetch(modules.url('/program.ts'))).text();
    expect(text).toBe(
      code
        .replace('import { a } from "/dog.ts";\nconst', `import { a } from "${modules.url('/dog.ts')}";\nconst`)
        .replace('"eventsourcing"', `"${modules.url('eventsourcing')}"`),
    );
    expect(modules.name(modules.url('/dog.ts'))).toBe('/dog.ts');
    expect(modules.readable(`The module '${modules.url('/dog.ts')}' is bad`)).toBe("The module '/dog.ts' is bad");
  });

  test('an import that is not there, and a circle, are named', () => {
    const modules = createModules();
    modules.add(
      [
        { name: '/a.ts', code: 'import "fs";' },
        { name: '/b.ts', code: 'import "/c.ts";' },
        { name: '/c.ts', code: 'import "/b.ts";' },
      ],
      { eventsourcing: '' },
    );
    expect(() => modules.url('/a.ts')).toThrow(
      "There is no module 'fs' here. What can be imported: 'eventsourcing', '/a.ts'",
    );
    expect(() => modules.url('/b.ts')).toThrow('The files import each other in a circle: /b.ts → /c.ts → /b.ts.');
  });

  test('a name that a module does not export is found, with its place', () => {
    const exportsOf = (specifier: string) => (specifier === 'eventsourcing' ? ['Aggregate', 'event'] : undefined);
    const code = 'import x from "other";\nimport { Aggregate, evnt as e } from "eventsourcing";';
    expect(missingExport(code, exportsOf)).toEqual({
      message: "'eventsourcing' does not export 'evnt'. It exports: Aggregate, event.",
      line: 2,
      column: 1,
    });
    expect(missingExport('import { Aggregate as A } from "eventsourcing";', exportsOf)).toBeUndefined();
  });
});
