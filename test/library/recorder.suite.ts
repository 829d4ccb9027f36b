import { type RecorderUnderTest, recorderCases } from 'eventsourcing/testing';
import { describe, test } from 'vitest';

/** What must hold for every recorder. The same cases are part of the package, for recorders of other authors. */
export function recorderSuite(name: string, subject: RecorderUnderTest): void {
  describe(`the ${name} recorder`, () => {
    for (const { name, run } of recorderCases(subject)) test(name, run);
  });
}
