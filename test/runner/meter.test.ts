import { describe, expect, test } from 'vitest';
import { createMeter, weigh } from '../../src/runner/meter.ts';
import type { RunMessage } from '../../src/runner/protocol/messages.ts';

describe('the meter', () => {
  const line = (text: string): RunMessage => ({ type: 'console', entry: { fence: '', kind: 'log', text } });
  const error = (message: string): RunMessage => ({
    type: 'error',
    error: { name: '', message, frames: [] },
    frames: [{ url: '/a', line: 1, column: 1 }],
  });
  const test1: RunMessage = {
    type: 'test',
    result: { fence: '', name: 't', blocks: ['b', 'c'], status: 'pass' },
    frames: [],
  };
  const plenty = { lines: 100, reports: 100, characters: 1_000, kept: 1_000 };

  test('counts lines and reports apart', () => {
    const meter = createMeter({ ...plenty, lines: 2, reports: 1 });
    const said = [line('x'), error('x'), line('x')];
    expect(said.map((message) => meter.add(message))).toEqual([undefined, undefined, undefined]);
    expect(meter.add(line('x'))).toBe('flood');
    const other = createMeter({ ...plenty, lines: 0, reports: 1 });
    expect([error('x'), test1].map((message) => other.add(message))).toEqual([undefined, 'reports']);
  });

  test('weighs every text of every kind of message', () => {
    expect(weigh(line('12345'))).toBe('console'.length + 'log'.length + 5);
    expect(weigh(error('12345'))).toBe('error'.length + 5 + '/a'.length);
    expect(weigh(test1)).toBe('test'.length + 'tbc'.length + 'pass'.length);
    const meter = createMeter({ ...plenty, characters: 20 });
    expect(meter.add(error('12345'))).toBeUndefined();
    expect(meter.add(error('1234567890'))).toBe('reports');
  });

  test('weighs what was sent beside the message, too', () => {
    expect(createMeter(plenty).add(line('x'), 6_000)).toBeUndefined();
    expect(createMeter(plenty).add(line('x'), 6_006)).toBe('flood');
  });

  test('weighs what is to be kept apart from all else', () => {
    const meter = createMeter({ lines: 0, reports: 0, characters: 0, kept: 10 });
    const kept = (size: number): RunMessage => ({
      type: 'kept',
      database: { name: 'a long name', bytes: new ArrayBuffer(size) },
    });
    expect([kept(4), kept(6), kept(1)].map((message) => meter.add(message))).toEqual([undefined, undefined, 'kept']);
  });

  test('always lets the end of a run through', () => {
    expect(
      createMeter({ lines: 0, reports: 0, characters: 0, kept: 0 }).add({ type: 'ended', status: 'done' }),
    ).toBeUndefined();
  });
});
