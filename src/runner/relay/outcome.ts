import type { ErrorReport } from '../../probe/entry.ts';
import {
  MAX_CHARACTERS,
  MAX_KEPT_TRAFFIC,
  MAX_MESSAGES,
  MAX_OWN_MESSAGES,
  MAX_REPORTS,
  MAX_UNANSWERED,
  PING_EVERY_MS,
} from '../limits.ts';
import type { EndReason } from './sandbox.ts';

const SECONDS = (MAX_UNANSWERED * PING_EVERY_MS) / 1_000;

/** What a reader is told when a run was ended from outside. */
export function explainEnd(reason: EndReason): ErrorReport {
  const [code, message, hint] = ENDS[reason];
  return { name: 'Stopped', code, message, frames: [], hint };
}

const count = (number: number) => number.toLocaleString('en');

const ENDS: Readonly<Record<EndReason, readonly [code: string, message: string, hint: string]>> = {
  loop: [
    'RUN_LOOP',
    `The code did not come to a pause for ${SECONDS} seconds, so it was stopped.`,
    'Look for a loop that never ends, or for one that takes ever more memory.',
  ],
  flood: [
    'RUN_FLOOD',
    `The code printed more than ${count(MAX_MESSAGES)} lines or ${count(MAX_CHARACTERS)} characters, so it was stopped.`,
    'Print less: look for a `console.log` in a loop that goes on for too long.',
  ],
  reports: [
    'RUN_FLOOD',
    `The code reported more than ${count(MAX_REPORTS)} errors and test results, or more than ${count(MAX_CHARACTERS)} characters of them, so it was stopped.`,
    'Look for tests that are defined in a loop, or for an error with a very long message.',
  ],
  kept: [
    'RUN_FLOOD',
    `The code had more than ${count(MAX_KEPT_TRAFFIC / 1_000_000)} MB of stored rows kept, one time after another, so it was stopped.`,
    'What it has stored until then is kept. Look for a loop that goes on storing.',
  ],
  'own-messages': [
    'RUN_FLOOD',
    `The code posted more than ${count(MAX_OWN_MESSAGES)} messages of its own, so it was stopped.`,
    'Nobody here receives what `postMessage` posts: print it with `console.log` instead.',
  ],
  closed: [
    'RUN_CLOSED',
    'The code ended itself with `close()`, so nothing after that was run.',
    'A run ends by itself when the code and its timers are done: leave out the call of `close()`.',
  ],
  unprepared: [
    'RUN_UNAVAILABLE',
    'A part of the runner that the code needs could not be made ready.',
    'Run it again, or reload the page.',
  ],
  crash: [
    'RUN_CRASH',
    'The browser ended the code.',
    'It may have needed more memory than there is: look for a list that grows without end.',
  ],
  lost: [
    'RUN_LOST',
    'The browser gave up on the code and everything around it, and the sandbox was made anew.',
    'The code may have needed more memory than there is: look for a list that grows without end.',
  ],
};
