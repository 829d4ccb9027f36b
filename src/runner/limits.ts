/** The bounds of one run, by name. */

/** How many console messages a run may send, and how many characters in all. */
export const MAX_MESSAGES = 2_000;
export const MAX_CHARACTERS = 1_000_000;
/** One console entry is cut beyond this, so that a single value cannot use up a run's allowance unseen. */
export const MAX_ENTRY_CHARACTERS = 100_000;

/** The frame asks its Worker, and the relay its frame, for a sign of life this often … */
export const PING_EVERY_MS = 1_000;
/**
 * … and gives up after so many questions without an answer. Turns are counted and not the clock, because a computer
 * that was asleep wakes up with the clock far ahead.
 */
export const MAX_UNANSWERED = 5;
/** … or after so many while something of the runner's own is started, such as a database, on a slow computer. */
export const MAX_UNANSWERED_STARTING = 120;

/** How long the relay waits for a new frame, and the page for the relay, before it says that something is wrong. */
export const START_TIMEOUT_MS = 20_000;
