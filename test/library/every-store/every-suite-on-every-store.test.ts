import { inject } from 'vitest';
import { testedStores } from './stores.ts';
import { suites } from './suites.ts';

for (const store of await testedStores([inject('store')])) {
  for (const suite of suites) suite(store);
}
