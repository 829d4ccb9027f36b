import { weigh } from './inner.ts';

/** Counts what a run sends, and says when it is too much. */
export interface Meter {
  allows(message: unknown): boolean;
}

export function createMeter(maxMessages: number, maxCharacters: number): Meter {
  let messages = 0;
  let characters = 0;
  return {
    allows(message) {
      messages++;
      characters += weigh(message);
      return messages <= maxMessages && characters <= maxCharacters;
    },
  };
}
