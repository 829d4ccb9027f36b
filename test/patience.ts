/**
 * How long a test, a hook or a page may take for anything. No test is about speed, and a machine may be as busy as it
 * likes: so this only has to be shorter than what a person waits for something that hangs.
 */
export const PATIENCE_MS = 10 * 60_000;
