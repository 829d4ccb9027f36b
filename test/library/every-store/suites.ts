import { applicationSuite } from './application.suite.ts';
import { cacheSuite } from './cache.suite.ts';
import { encryptionSuite } from './encryption.suite.ts';
import { followingSuite } from './following.suite.ts';
import { gapsSuite } from './gaps.suite.ts';
import { projectionSuite } from './projection.suite.ts';
import { keyRecorderSuite, recorderSuite, snapshotRecorderSuite, viewRecorderSuite } from './recorder.suite.ts';
import { runnerSuite } from './runner.suite.ts';
import { snapshotSuite } from './snapshot.suite.ts';
import type { TestedStore } from './stores.ts';
import { subjectKeysSuite } from './subject-keys.suite.ts';
import { valuesSuite } from './values.suite.ts';
import { versioningSuite } from './versioning.suite.ts';

/** What must hold on every store. */
export const suites: readonly ((store: TestedStore) => void)[] = [
  recorderSuite,
  snapshotRecorderSuite,
  keyRecorderSuite,
  viewRecorderSuite,
  applicationSuite,
  gapsSuite,
  followingSuite,
  runnerSuite,
  projectionSuite,
  encryptionSuite,
  subjectKeysSuite,
  versioningSuite,
  snapshotSuite,
  cacheSuite,
  valuesSuite,
];
