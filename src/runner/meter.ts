import type { Excess, RunMessage } from './protocol/messages.ts';

export interface MeterLimits {
  readonly lines: number;
  readonly reports: number;
  readonly characters: number;
  /** The bytes of what is to be kept. */
  readonly kept: number;
}

/** Counts and weighs everything that a run says, and tells when it is too much. */
export interface Meter {
  /** @param size the length of the message as it was sent, if that is known */
  add(message: RunMessage, size?: number): Excess | undefined;
}

/** As JSON, a character takes up to this many: `\u0000`. */
const MOST_PER_CHARACTER = 6;

export function createMeter(limits: MeterLimits): Meter {
  let [lines, reports, characters, kept] = [0, 0, 0, 0];
  return {
    add(message, size = 0) {
      // The end of a run is always heard: nothing comes after it.
      if (message.type === 'ended') return undefined;
      if (message.type === 'kept') {
        kept += message.database.bytes.byteLength;
        return kept > limits.kept ? 'kept' : undefined;
      }
      const isReport = message.type !== 'console';
      if (isReport) reports++;
      else lines++;
      characters += Math.max(weigh(message), Math.floor(size / MOST_PER_CHARACTER));
      if (lines > limits.lines) return 'flood';
      if (reports > limits.reports) return 'reports';
      if (characters > limits.characters) return isReport ? 'reports' : 'flood';
      return undefined;
    },
  };
}

/** How many characters there are in all texts of a message. It has been checked, so it is neither deep nor endless. */
export function weigh(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let characters = 0;
  for (const part of Object.values(value)) characters += weigh(part);
  return characters;
}
