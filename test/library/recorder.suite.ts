import type { Store } from 'eventsourcing';
import { snapshotRecorderCases } from 'eventsourcing/testing';
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
