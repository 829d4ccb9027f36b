/**
 * Reads the tail of a log, from its beginning on, until it has seen as many events as it is told, and prints how many
 * readings that took. Each reading asks for what comes after the last event that was seen. An event that is missing, or
 * comes twice or out of its order, is an error: the ids have to grow, and the versions of each aggregate to be 1, 2, 3 …
 */
import { openLog, task } from './stores.ts';

const LIMIT = 500;
const PAUSE_MS = 2;

const { place, count } = task();
const { recorder, close } = openLog(place);
const versions = new Map<string, number>();
let seen = 0;
let last = 0;
let readings = 0;
await recorder.maxNotificationId();
console.log('ready');
while (seen < count) {
  const found = await recorder.selectNotifications({ start: last + 1, limit: LIMIT });
  readings += 1;
  for (const { id, aggregateId, version } of found) {
    const expected = (versions.get(aggregateId) ?? 0) + 1;
    if (id <= last) throw new Error(`The id ${id} came after ${last}.`);
    if (version !== expected) throw new Error(`Version ${version} of ${aggregateId} came where ${expected} should be.`);
    versions.set(aggregateId, version);
    last = id;
    seen += 1;
  }
  if (found.length < LIMIT) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
console.log(readings);
await close();
