/** Follows clicks into a projection, so many in one transaction, until there are no more. Prints where it is after each. */
import { writeSync } from 'node:fs';
import { Pipe } from '../../../../code/src/index.ts';
import { Buttons, clicks } from './clicks.ts';
import { openStore, task } from './stores.ts';

const { place, count } = task();
const store = openStore(place);
const pipe = new Pipe(new Buttons({ store }).notificationLog, clicks.open({ store }), count);
while (await pipe.step()) writeSync(1, `${pipe.position}\n`);
await store.close();
