import { contractCases } from './contract.ts';
import { type KeyRecorderUnderTest, keyCases } from './keys.ts';
import { scriptCases } from './script.ts';
import { type SnapshotRecorderUnderTest, snapshotCases } from './snapshots.ts';
import type { RecorderCase, RecorderUnderTest } from './subject.ts';
import { trackingCases } from './tracking.ts';
import { type ViewRecorderUnderTest, viewCases } from './views.ts';

export { AssertionFailure } from './assertion.ts';
export { type Given, given, type Outcome } from './given.ts';
export { type AppOutcome, type GivenApp, givenApp } from './given-app.ts';
export type { Happened } from './happened.ts';
export type { KeyRecorderUnderTest } from './keys.ts';
export type { ExpectedError } from './outcome.ts';
export type { SnapshotRecorderUnderTest } from './snapshots.ts';
export { type TestClock, testClock, testIds } from './sources.ts';
export type { RecorderCase, RecorderUnderTest } from './subject.ts';
export type { ViewRecorderUnderTest } from './views.ts';

/**
 * What must hold for every recorder, as cases for whichever test runner you use: the promises of the interface, races
 * between writers and readers, and random scripts that must get the same answers as in memory. Recorders that pass can
 * take each other's place. The random scripts need the package `fast-check`.
 *
 * @example
 * ```ts
 * import { MemoryRecorder } from 'eventsourcing';
 * import { recorderCases } from 'eventsourcing/testing';
 *
 * const cases = recorderCases({
 *   async create(count) {
 *     const recorder = new MemoryRecorder();
 *     return Array.from({ length: count }, () => recorder);
 *   },
 *   keepsPositions: true,
 * });
 * for (const { run } of cases) await run(); // in a test file: test(name, run)
 * console.log(cases.length > 10); // true
 * ```
 */
export function recorderCases(subject: RecorderUnderTest): readonly RecorderCase[] {
  return [...contractCases(subject), ...trackingCases(subject), ...scriptCases(subject)];
}

/** What must hold for every recorder of snapshots, as cases for whichever test runner you use. */
export function snapshotRecorderCases(subject: SnapshotRecorderUnderTest): readonly RecorderCase[] {
  return snapshotCases(subject);
}

/**
 * What must hold for every recorder of the keys of subjects, as cases for whichever test runner you use.
 *
 * @example
 * ```ts
 * import { MemoryKeyRecorder } from 'eventsourcing';
 * import { keyRecorderCases } from 'eventsourcing/testing';
 *
 * const cases = keyRecorderCases({
 *   async create(count) {
 *     const recorder = new MemoryKeyRecorder();
 *     return Array.from({ length: count }, () => recorder);
 *   },
 * });
 * for (const { run } of cases) await run(); // in a test file: test(name, run)
 * console.log(cases.length > 5); // true
 * ```
 */
export function keyRecorderCases(subject: KeyRecorderUnderTest): readonly RecorderCase[] {
  return keyCases(subject);
}

/**
 * What must hold for every recorder of projections, as cases for whichever test runner you use.
 *
 * @example
 * ```ts
 * import { MemoryViewRecorder } from 'eventsourcing';
 * import { viewRecorderCases } from 'eventsourcing/testing';
 *
 * const cases = viewRecorderCases({
 *   async create(count) {
 *     const recorder = new MemoryViewRecorder('Balances');
 *     return Array.from({ length: count }, () => recorder);
 *   },
 * });
 * for (const { run } of cases) await run(); // in a test file: test(name, run)
 * console.log(cases.length > 10); // true
 * ```
 */
export function viewRecorderCases(subject: ViewRecorderUnderTest): readonly RecorderCase[] {
  return viewCases(subject);
}
