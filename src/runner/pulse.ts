import { MAX_UNANSWERED, PING_EVERY_MS } from './limits.ts';

/** Asks for signs of life, and tells when there are none. */
export interface Pulse {
  start(): void;
  answered(): void;
  stop(): void;
}

export function createPulse(ask: () => void, lost: () => void): Pulse {
  let unanswered = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  const beat = () => {
    if (unanswered >= MAX_UNANSWERED) {
      clearInterval(timer);
      lost();
      return;
    }
    unanswered++;
    ask();
  };
  return {
    start() {
      timer = setInterval(beat, PING_EVERY_MS);
      beat();
    },
    answered() {
      unanswered = 0;
    },
    stop() {
      clearInterval(timer);
    },
  };
}
