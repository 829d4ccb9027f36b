import type { ErrorReport } from '../../probe/entry.ts';
import { MAX_CHARACTERS, MAX_MESSAGES, MAX_UNANSWERED, PING_EVERY_MS } from '../limits.ts';
import type { EndReason } from './sandbox.ts';

const SECONDS = (MAX_UNANSWERED * PING_EVERY_MS) / 1_000;

/** What a reader is told when a run was ended from outside. */
export function explainEnd(reason: EndReason): ErrorReport {
  switch (reason) {
    case 'loop':
      return ended(
        'RUN_LOOP',
        `The code did not come to a pause for ${SECONDS} seconds, so it was stopped.`,
        'Look for a loop that never ends, or for one that takes ever more memory.',
      );
    case 'flood':
      return ended(
        'RUN_FLOOD',
        `The code printed more than ${MAX_MESSAGES.toLocaleString('en')} lines or ${MAX_CHARACTERS.toLocaleString('en')} characters, so it was stopped.`,
        'Print less: look for a `console.log` in a loop that goes on for too long.',
      );
    case 'crash':
      return ended(
        'RUN_CRASH',
        'The browser ended the code.',
        'It may have needed more memory than there is: look for a list that grows without end.',
      );
    case 'lost':
      return ended(
        'RUN_LOST',
        'The browser gave up on the code and everything around it, and the sandbox was made anew.',
        'The code may have needed more memory than there is: look for a list that grows without end.',
      );
  }
}

function ended(code: string, message: string, hint: string): ErrorReport {
  return { name: 'Stopped', code, message, frames: [], hint };
}
