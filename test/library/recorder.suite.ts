import type { Store } from 'eventsourcing';
import { type KeyRecorderUnderTest, keyRecorderCases, snapshotRecorderCases } from 'eventsourcing/testing';
import { describe, test } from 'vitest';

/** What must hold for the snapshots of every store that keeps some. */
export function snapshotRecorderSuite(name: string, createStore: () => Promise<Store>): void {
  async function create() {
    const recorder = (await createStore()).snapshotRecorder?.('Tested');
    if (recorder === undefined) throw new TypeError('The store keeps no snapshots.');
    return recorder;
  }
  describe(`the ${name} snapshot recorder`, () => {
    for (const { name, run } of snapshotRecorderCases({ create })) test(name, run);
  });
}

/** What must hold for the keys of subjects of every store that keeps some. */
export function keyRecorderSuite(name: string, subject: KeyRecorderUnderTest): void {
  describe(`the ${name} key recorder`, () => {
    for (const { name, run } of keyRecorderCases(subject)) test(name, run);
  });
}
