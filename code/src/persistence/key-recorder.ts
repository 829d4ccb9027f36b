import { ArgumentError } from '../domain/errors.ts';
import { checkText } from './stored-text.ts';

/** The key of a subject as a recorder keeps it. */
export interface StoredKey {
  readonly subject: string;
  /** The key, encrypted; undefined if it has been destroyed, and the subject is forgotten. */
  readonly key: Uint8Array | undefined;
}

/** A key that has not been destroyed. */
export interface LiveKey extends StoredKey {
  readonly key: Uint8Array;
}

/**
 * Keeps the keys of subjects, which are encrypted before they get here. Any number of processes can use one place. A
 * subject is stored as it is given, and stays when its key has been destroyed.
 */
export interface KeyRecorder {
  /** What is kept of these subjects, in any order; nothing of those that are not known. */
  select(subjects: readonly string[]): Promise<StoredKey[]>;
  /**
   * Stores keys of subjects that are not known. Those that are keep what they have, also if that is a destroyed key.
   *
   * @returns what is kept of each of these subjects now, in any order.
   */
  insert(keys: readonly LiveKey[]): Promise<StoredKey[]>;
  /** Puts another key in the place of one; nothing happens if that has been destroyed, or was never there. */
  replace(keys: readonly LiveKey[]): Promise<void>;
  /** The keys of the subjects that come after one, or from the first; in an order of the recorder's own. */
  list(options: { readonly after?: string | undefined; readonly limit: number }): Promise<StoredKey[]>;
  /**
   * Destroys the key of a subject for good. The subject stays known, and will never have a key again; so does one that
   * was not known before.
   *
   * @returns whether there was a key.
   */
  forget(subject: string): Promise<boolean>;
}

/** How many characters a subject can have. */
export const LONGEST_SUBJECT = 1_000;

/**
 * For recorders of keys: refuses subjects that one database would store and another would not.
 *
 * @throws {ArgumentError} unless they are text of 1 to 1000 characters, without the character U+0000.
 */
export function checkSubjects(subjects: readonly string[]): void {
  for (const subject of subjects) {
    if (typeof subject !== 'string' || subject === '' || subject.length > LONGEST_SUBJECT) {
      throw new ArgumentError(
        `A subject must be text of 1 to ${LONGEST_SUBJECT} characters, such as the id of a person, not ` +
          `${typeof subject === 'string' ? `one of ${subject.length}` : typeof subject}.`,
      );
    }
    checkText('A subject', subject);
  }
}
