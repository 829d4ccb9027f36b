import { expect, test, vi } from 'vitest';
import { MAX_UNANSWERED, PING_EVERY_MS } from '../../src/runner/limits.ts';
import { createPulse } from '../../src/runner/pulse.ts';

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
