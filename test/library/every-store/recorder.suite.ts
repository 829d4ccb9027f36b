import { keyRecorderCases, recorderCases, snapshotRecorderCases, viewRecorderCases } from 'eventsourcing/testing';
import { describe, test } from 'vitest';
import { counts } from '../proofs/counts.ts';
import { grouped } from '../proofs/shown.ts';
import { openLog, type TestedStore } from './stores.ts';

/** What must hold for every recorder. The same cases are part of the package, for recorders of other authors. */
export function recorderSuite(store: TestedStore): void {
  const { name, isFast } = store;
  const batchSize = isFast ? counts.batchSize.fast : counts.batchSize.postgres;
  const runs = isFast ? counts.scripts.fast : counts.scripts.postgres;
  const cases = recorderCases({
    create: async (count) => openLog(store, count),
    keepsPositions: true,
    batchSize,
    runs,
  });
  const shown =
    `${name}: all ${cases.length} cases hold, with transactions of ${grouped(batchSize)} events, and ${grouped(runs)} ` +
    'random scripts are answered as in memory';
  describe(`the ${name} recorder`, { meta: { shown } }, () => {
    for (const { name: title, run } of cases) test(title, run);
  });
}

/** What must hold for the snapshots of every store. */
export function snapshotRecorderSuite({ name, open }: TestedStore): void {
  const create = async () => open().snapshotRecorder('Tested');
  describe(`the ${name} snapshot recorder`, () => {
    for (const { name: title, run } of snapshotRecorderCases({ create })) test(title, run);
  });
}

/** What must hold for the keys of subjects of every store. */
export function keyRecorderSuite({ name, newPlace }: TestedStore): void {
  async function create(count: number) {
    const open = newPlace();
    return Array.from({ length: count }, () => open().keyRecorder('Tested'));
  }
  describe(`the ${name} key recorder`, () => {
    for (const { name: title, run } of keyRecorderCases({ create })) test(title, run);
  });
}

/** What must hold for the projections of every store. */
export function viewRecorderSuite({ name, newPlace }: TestedStore): void {
  async function create(count: number) {
    const open = newPlace();
    return Array.from({ length: count }, () => open().viewRecorder('Tested'));
  }
  describe(`the ${name} view recorder`, () => {
    for (const { name: title, run } of viewRecorderCases({ create })) test(title, run);
  });
}
