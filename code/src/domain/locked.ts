const refuse = () => {
  throw new TypeError('This value belongs to an event or to a state, and states and events do not change.');
};

/** The methods that change a date, a map or a set. */
export const changes = {
  date: Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set')),
  map: ['set', 'delete', 'clear'],
  set: ['add', 'delete', 'clear'],
} as const;

/** `Object.freeze` does not reach into dates, maps and sets, so their ways to change are taken away instead. */
export function locked<T extends object>(target: T, methods: readonly string[]): T {
  for (const name of methods) Object.defineProperty(target, name, { value: refuse });
  return Object.freeze(target);
}

/** Whether an own property of a date, a map or a set is there because it is locked. */
export function isLock(target: object, name: string): boolean {
  return Object.getOwnPropertyDescriptor(target, name)?.value === refuse;
}
