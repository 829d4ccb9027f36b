import { recorderSuite } from '../every-store/recorder.suite.ts';
import { storeNames } from '../every-store/store-names.ts';
import { testedStores } from '../every-store/stores.ts';

// `npm test` runs the same suite in small, among every suite on every store.
for (const store of await testedStores(storeNames)) recorderSuite(store);
