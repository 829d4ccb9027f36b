/**
 * Follows a log without end, whatever there is in it: stores two events with each position, or puts the notification aside,
 * every fifth time. Prints how many positions it has stored, once each of them is durable. Others may follow the same log.
 */
import { writeSync } from 'node:fs';
import { PositionConflictError } from '../../../../code/src/index.ts';
import { openLog, task } from './stores.ts';

const { place, name } = task();
const { recorder } = openLog(place);
let position = (await recorder.position?.('Followed')) ?? 0;
for (let done = 0; ; ) {
  position += 1;
  const isParked = position % 5 === 0;
  const version = position - Math.floor(position / 5);
  const state = new TextEncoder().encode(name);
  const events = ['a', 'b'].map((aggregateId) => ({ aggregateId, version, topic: 'Saved.Saved', state }));
  try {
    await recorder.insert(isParked ? [] : events, {
      log: 'Followed',
      after: position - 1,
      position,
      parked: isParked ? `by ${name}` : undefined,
    });
  } catch (error) {
    if (!(error instanceof PositionConflictError)) throw error;
    position = error.foundPosition;
    continue;
  }
  done += 1;
  writeSync(1, `${done}\n`);
}
