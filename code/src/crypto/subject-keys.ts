import { RandomBytes } from '../domain/sources/random-bytes.ts';
import {
  ArgumentError,
  type Cipher,
  CipherError,
  type DomainEvent,
  ForgottenError,
  type KeyedCipher,
  type KeyRecorder,
  type LiveKey,
  type StateContext,
  type StoredKey,
  type SubjectCipher,
  type Writing,
  type WritingCipher,
} from '../index.ts';
import { type Aead, type AeadOf, described, NONCE_LENGTH, sealed } from './frame.ts';
import { KEY_LENGTH } from './keys.ts';
import { headerOf, isSubjectFrame, openFrame, subjectIn } from './subject-frame.ts';

/** How `subjectKeys` finds whose data it is, and where it keeps keys. */
export interface SubjectKeysOptions {
  /**
   * Whose data an event is; that of its aggregate alone unless given. The subject of a snapshot is that of the event that
   * created the aggregate. What it answers is stored beside the data, readable, and stays when the key is destroyed: an
   * id that means nothing by itself is a good subject, and an e-mail address is not.
   *
   * All of an aggregate should be of one subject: its state is read from all of its events, and a snapshot holds all of
   * it under one key.
   *
   * @param aggregate as it is when it is saved; undefined if the event is saved by itself.
   */
  readonly subjectOf?: (event: DomainEvent, aggregate: object | undefined) => string;
  /**
   * Where the keys are kept; in the application's own store unless given. Applications that are given the same place
   * share the keys, and what they forget.
   */
  readonly keys?: KeyRecorder;
  /**
   * Reads states too that were stored with the master itself, before there were keys for subjects (and, if the master
   * accepts plaintext, states that were not encrypted). Off unless given: `forget` does not reach those.
   */
  readonly acceptMaster?: boolean;
}

const PAGE = 500;

/** Makes {@link SubjectKeys}. The keys of subjects are encrypted with the master cipher wherever they are kept. */
export class SubjectKeysCipher implements SubjectCipher {
  readonly #master: Cipher;
  readonly #options: SubjectKeysOptions;
  readonly #aeadOf: AeadOf;

  constructor(master: Cipher, options: SubjectKeysOptions, aeadOf: AeadOf) {
    this.#master = master;
    this.#options = options;
    this.#aeadOf = aeadOf;
  }

  open(kept: KeyRecorder | undefined): KeyedCipher {
    const recorder = this.#options.keys ?? kept;
    if (recorder === undefined) {
      throw new ArgumentError(
        'The store of the application keeps no keys of subjects. Give them a place: subjectKeys(master, { keys }), where ' +
          "`keys` is the keyRecorder('…') of a store that has one.",
      );
    }
    return new SubjectKeys(recorder, this.#master, this.#options, this.#aeadOf);
  }
}

/**
 * The keys of subjects in one place. None is remembered from one reading or writing to the next, so that what one process
 * has forgotten, no other goes on to use.
 */
class SubjectKeys implements KeyedCipher {
  readonly #recorder: KeyRecorder;
  readonly #master: Cipher;
  readonly #options: SubjectKeysOptions;
  readonly #aeadOf: AeadOf;
  readonly #random = new RandomBytes();

  constructor(recorder: KeyRecorder, master: Cipher, options: SubjectKeysOptions, aeadOf: AeadOf) {
    this.#recorder = recorder;
    this.#master = master;
    this.#options = options;
    this.#aeadOf = aeadOf;
  }

  async toWrite(items: readonly Writing[]): Promise<WritingCipher> {
    const { subjectOf = ({ aggregateId }) => aggregateId } = this.#options;
    const subjects = new Map(items.map((item) => [placeOf(item), subjectOf(item.event, item.aggregate)]));
    const wanted = [...new Set(subjects.values())];
    const known = await this.#recorder.select(wanted);
    const names = new Set(known.map(({ subject }) => subject));
    const missing = wanted.filter((subject) => !names.has(subject));
    const made = missing.length === 0 ? [] : await this.#recorder.insert(missing.map((each) => this.#newKey(each)));
    refuseForgotten([...known, ...made], items, subjects, false);
    const keys = this.#opened([...known, ...made]);
    return {
      encrypt: (state, context) => {
        const subject = subjects.get(placeOf(context));
        if (subject === undefined) throw unexpected(context);
        return sealed(keys.get(subject, context), headerOf(subject), this.#random.take(NONCE_LENGTH), state, context);
      },
      decrypt: (bytes, context) => this.#decrypt(bytes, context, keys),
      confirm: async () => refuseForgotten(await this.#recorder.select(wanted), items, subjects, true),
    };
  }

  async toRead(stored: readonly { readonly state: Uint8Array }[]): Promise<Cipher> {
    const subjects = new Set(stored.map(({ state }) => subjectIn(state)).filter((subject) => subject !== undefined));
    const keys = this.#opened(subjects.size === 0 ? [] : await this.#recorder.select([...subjects]));
    return {
      encrypt: (_, context) => {
        throw unexpected(context);
      },
      decrypt: (bytes, context) => this.#decrypt(bytes, context, keys),
    };
  }

  async forget(subject: string): Promise<boolean> {
    return await this.#recorder.forget(subject);
  }

  async rewrap(): Promise<number> {
    let count = 0;
    for (let after: string | undefined; ; ) {
      const page = await this.#recorder.list({ after, limit: PAGE });
      const live = page.filter((each): each is LiveKey => each.key !== undefined);
      await this.#recorder.replace(live.map((each) => this.#wrapped(each.subject, this.#unwrapped(each))));
      count += live.length;
      after = page.at(-1)?.subject;
      if (page.length < PAGE) return count;
    }
  }

  #decrypt(bytes: Uint8Array, context: StateContext, keys: OpenKeys): Uint8Array {
    if (isSubjectFrame(bytes)) return openFrame(bytes, context, (subject) => keys.get(subject, context));
    if (this.#options.acceptMaster) return this.#master.decrypt(bytes, context);
    throw new CipherError(
      'ES_DECRYPTION',
      `${described(context)} is not encrypted with the key of a subject, or damaged. If it was stored before there were ` +
        'such keys, construct the cipher with acceptMaster: true.',
      context,
    );
  }

  #opened(rows: readonly StoredKey[]): OpenKeys {
    return new OpenKeys(rows, (key) => this.#aeadOf(this.#unwrapped(key)));
  }

  #newKey(subject: string): LiveKey {
    return this.#wrapped(subject, crypto.getRandomValues(new Uint8Array(KEY_LENGTH)));
  }

  #wrapped(subject: string, key: Uint8Array): LiveKey {
    return { subject, key: this.#master.encrypt(key, keyContext(subject)) };
  }

  #unwrapped({ subject, key }: LiveKey): Uint8Array {
    const context = keyContext(subject);
    const opened = this.#master.decrypt(key, context);
    // Also a master that accepts plaintext is to accept no key that somebody has put in the place of a wrapped one.
    if (opened.length === KEY_LENGTH && key.length > KEY_LENGTH) return opened;
    throw new CipherError(
      'ES_DECRYPTION',
      `${described(context)} is damaged: it has not the length of a key.`,
      context,
    );
  }
}

/** The keys that were fetched for one reading or writing, each made ready when it is first used. */
class OpenKeys {
  readonly #rows: ReadonlyMap<string, StoredKey>;
  readonly #aeads = new Map<string, Aead>();
  readonly #open: (key: LiveKey) => Aead;

  constructor(rows: readonly StoredKey[], open: (key: LiveKey) => Aead) {
    this.#rows = new Map(rows.map((row) => [row.subject, row]));
    this.#open = open;
  }

  get(subject: string, context: StateContext): Aead {
    const ready = this.#aeads.get(subject);
    if (ready !== undefined) return ready;
    const row = this.#rows.get(subject);
    if (row === undefined) {
      throw new CipherError(
        'ES_KEY_UNKNOWN',
        `${described(context)} is encrypted with the key of the subject ${JSON.stringify(subject)}, and there is no such ` +
          'key where the keys of subjects are kept. It was not forgotten: are these the keys that belong to this store?',
        context,
        { keyId: subject },
      );
    }
    const { key } = row;
    if (key === undefined) {
      const { aggregateId, version } = context;
      throw new ForgottenError(
        `${described(context)} cannot be read any more: its subject ${subject} is forgotten, and the key destroyed.`,
        { subject, aggregateId, version },
      );
    }
    const aead = this.#open({ subject, key });
    this.#aeads.set(subject, aead);
    return aead;
  }
}

/** @throws {ForgottenError} if one of the keys has been destroyed. */
function refuseForgotten(
  keys: readonly StoredKey[],
  items: readonly Writing[],
  subjects: ReadonlyMap<string, string>,
  isStored: boolean,
): void {
  const forgotten = new Set(keys.filter(({ key }) => key === undefined).map(({ subject }) => subject));
  if (forgotten.size === 0) return;
  for (const item of items) {
    const subject = subjects.get(placeOf(item));
    if (subject === undefined || !forgotten.has(subject)) continue;
    const { aggregateId, version } = item;
    const outcome = isStored
      ? 'was forgotten while this was being saved. The save is stored, and what it says of the subject is lost.'
      : 'is forgotten. Nothing was stored.';
    throw new ForgottenError(
      `Version ${version} of ${aggregateId} cannot be stored: its subject ${subject} ${outcome}`,
      {
        subject,
        aggregateId,
        version,
        isStored,
      },
    );
  }
}

/** Tells the states of one writing from each other. */
function placeOf({ aggregateId, version }: { readonly aggregateId: string; readonly version: number }): string {
  return `${version} ${aggregateId}`;
}

function keyContext(subject: string): StateContext {
  return { kind: 'key', aggregateId: subject, version: 0, topic: '' };
}

function unexpected(context: StateContext): ArgumentError {
  return new ArgumentError(`${described(context)} is none of those whose keys were fetched.`);
}
