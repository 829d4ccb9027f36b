/** The bounds of one run, by name. */

/** How many lines a run may print, and how many characters it may print and report in all. */
export const MAX_MESSAGES = 2_000;
export const MAX_CHARACTERS = 1_000_000;
/** How many errors and test results it may report. */
export const MAX_REPORTS = 500;
/** How many messages of its own it may post. They mean nothing here, and are never read. */
export const MAX_OWN_MESSAGES = 500;
/** One console entry is cut beyond this, so that a single value cannot use up a run's allowance unseen. */
export const MAX_ENTRY_CHARACTERS = 100_000;
/** One text of an error or a test is cut beyond this. */
export const MAX_MESSAGE_CHARACTERS = 20_000;
/** The longest message that a Worker may send: several texts of the longest kind, as JSON writes them at its worst. */
export const MAX_WIRE_CHARACTERS = 2_000_000;

/** What a snippet may keep from run to run: how many bytes in all, in how many databases, with names of what length. */
export const MAX_KEPT_BYTES = 4_000_000;
export const MAX_KEPT_DATABASES = 20;
export const MAX_KEPT_NAME = 200;
/** So many bytes of databases a run may send at once, from then on as often as this, and so many in all. */
export const KEPT_AT_ONCE_BYTES = 60_000_000;
export const KEEP_EVERY_MS = 1_000;
export const MAX_KEPT_TRAFFIC = 500_000_000;

/** How long a compiler may take over a program, in seconds of an awake computer. */
export const MAX_COMPILE_SECONDS = 10;
/** How many characters a module of a program may have; one that is longer is refused. */
export const MAX_CODE_CHARACTERS = 2_000_000;

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
