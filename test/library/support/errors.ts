import { type ErrorCode, EventSourcingError } from 'eventsourcing';
import { expect } from 'vitest';

/** Runs what must throw, and returns its error for a closer look. */
export function errorOf(action: () => unknown): EventSourcingError {
  try {
    action();
  } catch (error) {
    if (error instanceof EventSourcingError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

/** Awaits what must reject, and returns its error. */
export async function rejectionOf(promise: Promise<unknown>): Promise<EventSourcingError> {
  const [result] = await Promise.allSettled([promise]);
  if (result.status === 'fulfilled') throw new Error('Nothing was thrown.');
  if (result.reason instanceof EventSourcingError) return result.reason;
  throw result.reason;
}

export function expectCode(action: () => unknown, code: ErrorCode, ...parts: readonly (string | RegExp)[]): void {
  const error = errorOf(action);
  expect(error.code).toBe(code);
  for (const part of parts) expect(error.message).toMatch(part);
}
