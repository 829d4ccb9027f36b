import { MemoryKeyRecorder, memory } from 'eventsourcing';
import { applicationSuite } from './application.suite.ts';
import { cacheSuite } from './cache.suite.ts';
import { encryptionSuite } from './encryption.suite.ts';
import { keyRecorderSuite, snapshotRecorderSuite } from './recorder.suite.ts';
import { snapshotSuite } from './snapshot.suite.ts';
import { subjectKeysSuite } from './subject-keys.suite.ts';
import { valuesSuite } from './values.suite.ts';
import { versioningSuite } from './versioning.suite.ts';

snapshotRecorderSuite('memory', async () => memory());
keyRecorderSuite('memory', {
  async create(count) {
    const recorder = new MemoryKeyRecorder();
    return Array.from({ length: count }, () => recorder);
  },
});
applicationSuite('memory', async () => memory());
encryptionSuite('memory', async () => memory());
versioningSuite('memory', async () => memory());
snapshotSuite('memory', async () => memory());
cacheSuite('memory', async () => memory());
valuesSuite('memory', async () => memory());
subjectKeysSuite('memory', async () => {
  const store = memory();
  return () => store;
});
