/** Says that it is ready, waits for a line, and then saves an event of its own aggregate as often as it is told. */
import { once } from 'node:events';
import { openLog, task } from './stores.ts';

const { place, name, count } = task();
const { recorder, close } = openLog(place);
await recorder.maxNotificationId();
console.log('ready');
await once(process.stdin, 'data');
for (let version = 1; version <= count; version++) {
  const state = new TextEncoder().encode(JSON.stringify({ timestamp: new Date().toISOString(), payload: { version } }));
  await recorder.insert([{ aggregateId: name, version, topic: 'Saved.Saved', state }]);
}
await close();
process.stdin.destroy();
