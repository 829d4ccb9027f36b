import type { DomainEvent } from '../domain/domain-event.ts';
import type { Cipher } from './cipher.ts';
import type { KeyRecorder } from './key-recorder.ts';

/**
 * A cipher that has a key for each subject: for each person, tenant or aggregate whose data can be forgotten. An
 * application opens it with the place where it keeps keys. `subjectKeys` of `eventsourcing/crypto` makes one.
 */
export interface SubjectCipher {
  /**
   * @param kept where the store of the application keeps keys; undefined if it keeps none.
   * @throws {ArgumentError} if there is no place to keep keys.
   */
  open(kept: KeyRecorder | undefined): KeyedCipher;
}

/** Fetches the keys that a reading or a writing needs, all at once and before it, so that ciphers need not wait. */
export interface KeyedCipher {
  /**
   * Keys for what is to be stored. A subject that has none gets one.
   *
   * @throws {ForgottenError} if one of the subjects is forgotten.
   */
  toWrite(items: readonly Writing[]): Promise<WritingCipher>;
  /** Keys for what was stored. That some are missing, or forgotten, is for `decrypt` to say. */
  toRead(stored: readonly { readonly state: Uint8Array }[]): Promise<Cipher>;
  /** Destroys the key of a subject. Resolves to whether it had one. */
  forget(subject: string): Promise<boolean>;
  /** Wraps all keys anew with the master's current key. Resolves to how many there are. */
  rewrap(): Promise<number>;
}

/** A state that is to be stored, and what tells whose it is. */
export interface Writing {
  readonly aggregateId: string;
  readonly version: number;
  /** The event, or the one that created the aggregate of which this is a snapshot. */
  readonly event: DomainEvent;
  /** The aggregate as it is now; undefined where an event is stored without one. */
  readonly aggregate: object | undefined;
}

/** A cipher for the states of one `toWrite`. */
export interface WritingCipher extends Cipher {
  /**
   * To be called once the states are stored.
   *
   * @throws {ForgottenError} if a subject was forgotten meanwhile: what was stored of it is lost.
   */
  confirm(): Promise<void>;
}
