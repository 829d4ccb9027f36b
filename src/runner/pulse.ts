import { MAX_UNANSWERED, PING_EVERY_MS } from './limits.ts';

/** Asks for signs of life, and tells when there are none. */
export interface Pulse {
  start(): void;
  /** After how many questions without an answer there is no life; `MAX_UNANSWERED` at first. */
  allow(unanswered: number): void;
  /** Returns whether there was a question to be answered. */
  answered(): boolean;
  stop(): void;
}

export function createPulse(ask: () => void, lost: () => void): Pulse {
  let unanswered = 0;
  let allowed = MAX_UNANSWERED;
  let timer: ReturnType<typeof setInterval> | undefined;
  const beat = () => {
    if (unanswered >= allowed) {
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
    allow(most) {
      allowed = most;
      unanswered = 0;
    },
    answered() {
      const asked = unanswered > 0;
      unanswered = 0;
      return asked;
    },
    stop() {
      clearInterval(timer);
    },
  };
}
