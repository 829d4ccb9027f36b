import { described, isStorable } from '../domain/values/text.ts';

/** No path is longer than this, and nothing is nested deeper. */
const DEEPEST = 500;

/** What is wrong in a value that JSON is to hold. */
export interface JsonFault {
  /** For example `.tags[2]`. */
  readonly path: string;
  readonly fault: string;
}

/** Looks for what JSON, or a database, would not hold as it is. */
export function jsonFault(value: unknown, path = '', depth = 0): JsonFault | undefined {
  if (depth > DEEPEST) return { path: '', fault: `is nested more than ${DEEPEST} deep` };
  switch (typeof value) {
    case 'string':
      return isStorable(value) ? undefined : { path, fault: `is text that can't be stored: ${described(value)}` };
    case 'number':
      return Number.isFinite(value) ? undefined : { path, fault: `is ${value}, which JSON can't hold` };
    case 'boolean':
      return undefined;
    case 'object':
      return value === null ? undefined : partFault(value, path, depth + 1);
    default:
      return { path, fault: `is ${described(value)}, which JSON can't hold` };
  }
}

function partFault(value: object, path: string, depth: number): JsonFault | undefined {
  if (Array.isArray(value)) {
    // By index, since a hole would be passed over otherwise.
    for (let index = 0; index < value.length; index++) {
      const fault = jsonFault(value[index], `${path}[${index}]`, depth);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return { path, fault: `is ${described(value)}, which JSON can't hold` };
  }
  for (const [key, item] of Object.entries(value)) {
    const at = `${path}.${key}`;
    if (!isStorable(key)) return { path, fault: `has a key that can't be stored: ${described(key)}` };
    const fault = jsonFault(item, at, depth);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
