import { expect, test } from 'vitest';
import type { RunEvent } from '../../../src/runner/runner.ts';
import { DONE, ERROR, fakeRelay, HELLO } from './fake-relay.ts';

const PROGRAM = { target: 'f1', modules: [{ name: '/program.ts', code: '', imports: [], map: '', segments: [] }] };

test('an aborted run ends as stopped, and is not heard any more: not even an error that is being placed', async () => {
  const stop = new AbortController();
  const relay = fakeRelay({
    tracer: async () => {
      stop.abort();
      return () => [];
    },
  });
  const heard: RunEvent[] = [];
  const ended = relay.parts.execute(PROGRAM, (event) => heard.push(event), stop.signal);
  await relay.settle();
  await relay.say(HELLO, ERROR, HELLO, DONE);
  expect(await ended).toBe('stopped');
  expect(heard).toEqual([HELLO]);
});

test('a run that is aborted before it begins reaches no sandbox', async () => {
  const relay = fakeRelay();
  const ended = relay.parts.execute(PROGRAM, () => {}, AbortSignal.abort());
  await relay.settle();
  expect(await ended).toBe('stopped');
  expect(relay.running).toEqual([]);
});
