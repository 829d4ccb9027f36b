/**
 * Timers as the browser has them, taken before a program gets its own: a run ends when the program's timers are done, and
 * those of a database, such as its time-out for logging in, would keep it going.
 */
const { setTimeout: set, clearTimeout: clear } = globalThis;

export const setTimeout = set.bind(globalThis);
export const clearTimeout = clear.bind(globalThis);
