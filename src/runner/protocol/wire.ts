import { MAX_WIRE_CHARACTERS } from '../limits.ts';

/**
 * How a Worker writes its messages to the frame: as one text. A text costs next to nothing to receive, however deep or
 * odd the value was that a program made of it, and its length is what it weighs.
 *
 * @param message data that nobody else holds: its prototypes are taken from it
 * @returns nothing for a message that is too long or cannot be written
 */
export function encode(message: unknown): string | undefined {
  const text = toJson(message);
  return typeof text === 'string' && text.length <= MAX_WIRE_CHARACTERS ? text : undefined;
}

/** Reads such a text; undefined for anything else. What comes out is unchecked data. */
export function decode(text: unknown): unknown {
  if (typeof text !== 'string' || text.length > MAX_WIRE_CHARACTERS) return undefined;
  try {
    return parse(text);
  } catch {
    return undefined; // not one of ours
  }
}

// Taken before a program can replace them.
const { stringify, parse } = JSON;
const { setPrototypeOf } = Object;
const { get } = Reflect;

function toJson(message: unknown): string | undefined {
  try {
    return stringify(bare(message));
  } catch {
    return undefined; // a value that JSON has no form for
  }
}

/** Takes the prototypes from a message, so that no `toJSON` that a program gave to all objects is asked. */
function bare(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  setPrototypeOf(value, null);
  for (const key in value) bare(get(value, key));
  return value;
}
