import { describe, expect, test } from 'vitest';
import {
  MAX_CODE_CHARACTERS,
  MAX_ENTRY_CHARACTERS,
  MAX_KEPT_BYTES,
  MAX_WIRE_CHARACTERS,
} from '../../../src/runner/limits.ts';
import { readFromFrame, readFromRelay, readFromWorker, readToRelay } from '../../../src/runner/protocol/read.ts';
import { readEntry, readError, readRawFrames, readTest } from '../../../src/runner/protocol/read-events.ts';
import { readKept, readKeptEvent } from '../../../src/runner/protocol/read-kept.ts';
import { decode, encode } from '../../../src/runner/protocol/wire.ts';
import { readFromSandpack } from '../../../src/runner/sandpack/messages.ts';

const ENTRY = { fence: 'f1', kind: 'log', text: 'hello' };
const ERROR = { name: 'Error', message: 'no', frames: [] };
const RAW = { url: '/a.ts', line: 1, column: 1 };

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
    const cut = readEntry({ ...ENTRY, text: long })?.text ?? '';
    expect(cut.length).toBe(MAX_ENTRY_CHARACTERS);
    expect(cut).toMatch(/x… \(cut: 200000 characters\)$/);
    expect(readEntry({ ...ENTRY, text: cut })?.text, 'a cut text is not cut again').toBe(cut);
    expect(readEntry({ ...ENTRY, fence: long }), 'a name is not cut').toBeUndefined();
    const frames = Array.from({ length: 1_000 }, () => ({ url: '/a.ts', line: 1, column: 1 }));
    expect(readRawFrames(frames)).toHaveLength(50);
    expect(readRawFrames('frames')).toEqual([]);
    expect(readRawFrames([{ url: '/a.ts', line: -1, column: 1 }])).toEqual([]);
    expect(readRawFrames([{ url: '/a.ts', line: 0, column: 1 }]), 'lines count from 1').toEqual([]);
  });

  test.each([
    [{ type: 'pong' }, { type: 'pong' }],
    [
      { type: 'killed', run: 1, reason: 'loop' },
      { type: 'killed', run: 1, reason: 'loop' },
    ],
    [{ type: 'killed', run: 1, reason: 'boredom' }, undefined],
    [
      { type: 'message', run: 1, message: { type: 'ended', status: 'done', more: 1 } },
      { type: 'message', run: 1, message: { type: 'ended', status: 'done' } },
    ],
    [
      { type: 'message', run: 1, message: { type: 'error', error: ERROR, frames: [{ ...RAW, more: 1 }] } },
      { type: 'message', run: 1, message: { type: 'error', error: ERROR, frames: [RAW] } },
    ],
    [{ type: 'message', run: 1, message: { type: 'navigate', url: '/' } }, undefined],
    [{ type: 'message', run: 1, message: { type: 'ended', status: 'lost' } }, undefined],
    [{ type: 'message', message: { type: 'ended', status: 'done' } }, undefined],
  ])('from the frame: %j', (value, expected) => {
    expect(readFromFrame(value)).toEqual(expected);
  });
});

test.each([
  [{ type: 'pong' }, { type: 'pong' }],
  [{ type: 'closed' }, { type: 'closed' }],
  [
    { type: 'excess', excess: 'flood' },
    { type: 'excess', excess: 'flood' },
  ],
  [{ type: 'excess', excess: 'of joy' }, undefined],
  [
    { type: 'console', entry: { ...ENTRY, deep: [[[]]] } },
    { type: 'console', entry: ENTRY },
  ],
  ['pong', undefined],
])('from a Worker: %j', (value, expected) => {
  expect(readFromWorker(value)).toEqual(expected);
});

describe('what clients ask is checked', () => {
  const segments = [{ fence: 'f1', line: 1, count: 2 }];
  const program = { target: 'f1', modules: [{ name: '/a.ts', code: '', imports: [], map: '{}', segments }] };
  const source = { target: 'f1', modules: [{ name: '/a.ts', source: '', segments }] };
  test.each([
    [
      { type: 'run', run: 1, request: { program } },
      { type: 'run', run: 1, request: { program } },
    ],
    [
      { type: 'run', run: 1, request: { source, more: 1 } },
      { type: 'run', run: 1, request: { source } },
    ],
    [
      { type: 'run', run: 1, request: { program: { target: 'f1', modules: [{}] } } },
      { type: 'refused', run: 1, reason: expect.stringContaining('does not understand') },
    ],
    [
      { type: 'run', run: 1 },
      { type: 'refused', run: 1, reason: expect.stringContaining('does not understand') },
    ],
    [
      { type: 'run', run: 1, request: { program, kept: [{ name: 'a.db', bytes: new ArrayBuffer(1) }] } },
      { type: 'run', run: 1, request: { program, kept: [{ name: 'a.db', bytes: new ArrayBuffer(1) }] } },
    ],
    [
      { type: 'run', run: 1, request: { program, kept: [{ name: 'a.db' }] } },
      { type: 'refused', run: 1, reason: expect.stringContaining('does not understand') },
    ],
    [{ type: 'run', request: { program } }, undefined],
    [
      { type: 'stop', run: 4 },
      { type: 'stop', run: 4 },
    ],
    [{ type: 'evaluate', command: '1' }, undefined],
    ['run', undefined],
  ])('%j', (value, expected) => {
    expect(readToRelay(value)).toEqual(expected);
  });
});

describe('what a stock client asks is checked', () => {
  const modules = { '/index.ts': { code: 'a', path: '/index.ts' } };
  const files = [{ path: '/index.ts', code: 'a' }];
  test.each([
    [
      { type: 'register-frame', id: 3 },
      { type: 'register-frame', id: 3 },
    ],
    [{ type: 'register-frame', id: {} }, undefined],
    [
      { type: 'compile', modules },
      { type: 'compile', files, evaluate: true },
    ],
    [
      { type: 'compile', modules, skipEval: true },
      { type: 'compile', files, evaluate: false },
    ],
    [{ type: 'compile', modules: { '/index.ts': { code: 1 } } }, undefined],
    [{ type: 'compile' }, undefined],
    [{ type: 'run-all-tests' }, { type: 'run-all-tests' }],
    [
      { type: 'run-tests', path: '/a.test.ts' },
      { type: 'run-tests', path: '/a.test.ts' },
    ],
    [{ type: 'evaluate', command: '1' }, undefined],
    ['compile', undefined],
  ])('%j', (value, expected) => {
    expect(readFromSandpack(value)).toEqual(expected);
  });
});

describe('what a snippet keeps is checked', () => {
  const database = (size = 1, name = 'a.db') => ({ name, bytes: new ArrayBuffer(size) });
  test.each([
    ['a database', [database()], [database()]],
    ['none', [], []],
    ['one with more than it should have', [{ ...database(), more: 1 }], [database()]],
    ['one that is too large', [database(MAX_KEPT_BYTES + 1)], undefined],
    ['two that are too large together', [database(MAX_KEPT_BYTES), database(1, 'b.db')], undefined],
    ['too many', Array.from({ length: 21 }, (_, index) => database(1, `${index}.db`)), undefined],
    ['a name that is too long', [database(1, 'x'.repeat(201))], undefined],
    ['bytes in another form', [{ name: 'a.db', bytes: [1, 2] }], undefined],
    ['something else', { 0: database(), length: 1 }, undefined],
  ])('%s', (_, value, expected) => {
    expect(readKept(value)).toEqual(expected);
  });

  test('a message about one', () => {
    expect(readKeptEvent({ type: 'kept', database: database(), more: 1 })).toEqual({
      type: 'kept',
      database: database(),
    });
    expect(readKeptEvent({ type: 'kept', database: database(MAX_KEPT_BYTES + 1) })).toBeUndefined();
    expect(readKeptEvent({ type: 'console', database: database() })).toBeUndefined();
    expect(readFromWorker(decode(encode({ type: 'kept', database: database() }))), 'as text').toBeUndefined();
    const message = { type: 'message', run: 1, message: { type: 'kept', database: database() } };
    expect(readFromFrame(message)).toEqual(message);
    expect(readFromRelay(message)).toEqual(message);
  });
});

describe('a program that is too much is refused in words, and never cut', () => {
  const module = { name: '/dog.ts', source: '', segments: [] };
  const ask = (modules: readonly object[]) =>
    readToRelay({ type: 'run', run: 1, request: { source: { target: 'f1', modules } } });
  test.each([
    [
      'a long file',
      [{ ...module, source: 'x'.repeat(MAX_CODE_CHARACTERS + 1) }],
      'The program is too long to run here: dog.ts has 2,000,001 characters, and 2,000,000 is the most.',
    ],
    ['many files', Array.from({ length: 101 }, () => module), 'The program has more than 100 files.'],
    [
      'many snippets',
      [{ ...module, segments: Array.from({ length: 1_001 }, () => ({ fence: 'f1', line: 1, count: 1 })) }],
      'A file of the program has more than 1000 snippets.',
    ],
  ])('%s', (_, modules, reason) => {
    expect(ask(modules)).toEqual({ type: 'refused', run: 1, reason });
  });

  test('of a stock client, too', () => {
    const modules = { '/index.ts': { code: 'x'.repeat(MAX_CODE_CHARACTERS + 1) } };
    expect(readFromSandpack({ type: 'compile', modules })).toMatchObject({ type: 'refused' });
  });
});

describe('what the relay answers', () => {
  const say = (message: object) => ({ type: 'message', run: 2, message });
  test.each([
    [{ type: 'ready' }, { type: 'ready' }],
    [{ type: 'initialized', codesandbox: true }, undefined],
    [say({ type: 'console', entry: { ...ENTRY, more: 1 } }), say({ type: 'console', entry: ENTRY })],
    [say({ type: 'error', error: ERROR }), say({ type: 'error', error: ERROR })],
    [
      say({ type: 'progress', progress: { stage: 'starting', what: 'SQLite', more: 1 } }),
      say({ type: 'progress', progress: { stage: 'starting', what: 'SQLite' } }),
    ],
    [say({ type: 'progress', progress: { stage: 'boiling', what: 'SQLite' } }), undefined],
    [say({ type: 'ended', status: 'done' }), say({ type: 'ended', status: 'done' })],
    [say({ type: 'ended', status: 'lost' }), undefined],
    [{ type: 'resize', height: 4 }, undefined],
  ])('%j', (value, expected) => {
    expect(readFromRelay(value)).toEqual(expected);
  });
});

describe('what a Worker writes', () => {
  test('is read again', () => {
    const message = { type: 'console', entry: { text: 'a\n\u0000\ud800', list: [1, { deep: null }] } };
    expect(decode(encode(structuredClone(message)))).toEqual(message);
  });

  test('asks no `toJSON` that a program gave to all objects', () => {
    Object.defineProperty(Object.prototype, 'toJSON', { value: () => 'poisoned', configurable: true });
    try {
      expect(encode({ type: 'console', entry: { frames: [1] } })).toBe('{"type":"console","entry":{"frames":[1]}}');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'toJSON');
    }
  });

  test.each([
    ['too long', () => encode({ text: 'x'.repeat(MAX_WIRE_CHARACTERS) })],
    ['without a form in JSON', () => encode({ big: 1n })],
    ['no text', () => decode({ type: 'pong' })],
    ['too long to be read', () => decode(`"${'x'.repeat(MAX_WIRE_CHARACTERS)}"`)],
    ['broken', () => decode('{')],
  ])('%s: nothing', (_, attempt) => {
    expect(attempt()).toBeUndefined();
  });
});
