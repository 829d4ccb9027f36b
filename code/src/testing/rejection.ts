import { EventSourcingError } from '../index.ts';
import * as assert from './assertion.ts';

/** Awaits what must reject with an error of the library, and returns the error. */
export async function rejection(promise: Promise<unknown>): Promise<EventSourcingError> {
  const [outcome] = await Promise.allSettled([promise]);
  if (outcome.status === 'fulfilled') assert.fail('The promise should have been rejected, and was fulfilled.');
  if (outcome.reason instanceof EventSourcingError) return outcome.reason;
  throw outcome.reason;
}
