/**
 * Saves without end, and prints the number of each save once it is durable. Each save adds an event to each of three
 * aggregates of its own, whose ids begin with the name of this process.
 */
import { writeSync } from 'node:fs';
import { openLog, task } from './stores.ts';

const { place, name } = task();
const { recorder } = openLog(place);

for (let save = 1; ; save++) {
  const state = new TextEncoder().encode(`save ${save}`);
  await recorder.insert(
    ['a', 'b', 'c'].map((part) => ({ aggregateId: `${name}-${part}`, version: save, topic: 'Saved.Saved', state })),
  );
  // Synchronous, so that what was written before a kill is written.
  writeSync(1, `${save}\n`);
}
