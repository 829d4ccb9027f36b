/**
 * What one copy of the library leaves on the classes, events and errors that it makes, under a symbol that all copies
 * share. Two copies in one program, as two installed versions are, don't know each other's classes; by this they know of
 * each other.
 */

/** A copy of the library in a program: one object of each. */
export interface Copy {
  readonly version: string;
}

export const COPY = Symbol.for('eventsourcing.copy');
/** This copy. The version is that of package.json. */
export const OWN: Copy = { version: '0.1.0' };

/** The copy that something was made by, unless that's this one, or it bears no mark. */
export function foreignCopy(value: unknown): Copy | undefined {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return undefined;
  const marks: unknown[] = [Reflect.get(value, COPY)];
  // A class bears its mark on the prototype, where its instances find it.
  const prototype: unknown = typeof value === 'function' ? Reflect.get(value, 'prototype') : undefined;
  if (typeof prototype === 'object' && prototype !== null) marks.push(Reflect.get(prototype, COPY));
  return marks.find((mark): mark is Copy => isCopy(mark) && mark !== OWN);
}

function isCopy(mark: unknown): mark is Copy {
  return typeof mark === 'object' && mark !== null && 'version' in mark && typeof mark.version === 'string';
}
