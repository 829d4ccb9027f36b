import { MemoryRecorder, memory } from 'eventsourcing';
import { applicationSuite } from './application.suite.ts';
import { encryptionSuite } from './encryption.suite.ts';
import { recorderSuite } from './recorder.suite.ts';
import { versioningSuite } from './versioning.suite.ts';

recorderSuite('memory', {
  async create(count) {
    const recorder = new MemoryRecorder();
    return Array.from({ length: count }, () => recorder);
  },
  batchSize: 10_000,
});
applicationSuite('memory', async () => memory());
encryptionSuite('memory', async () => memory());
versioningSuite('memory', async () => memory());
