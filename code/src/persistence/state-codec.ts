import { EventSourcingError } from '../domain/errors.ts';
import { isRecord } from '../domain/values/is-record.ts';
import type { Cipher, Compressor, StateContext } from './cipher.ts';
import { StateDamagedError } from './errors.ts';
import type { Transcoder } from './transcoder.ts';
import { Utf8Writer } from './utf8.ts';

/** Writes states as bytes: JSON in UTF-8, then compressed, then encrypted, as far as an application asks for it. */
export class StateCodec {
  readonly #transcoder: Transcoder;
  readonly #compressor: Compressor | undefined;
  readonly #writer = new Utf8Writer();
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });

  constructor(transcoder: Transcoder, compressor: Compressor | undefined) {
    this.#transcoder = transcoder;
    this.#compressor = compressor;
  }

  /**
   * @param state that the library has made itself.
   * @param subject what holds the state, for errors.
   */
  encode(state: object, context: StateContext, subject: string, cipher: Cipher | undefined): Uint8Array {
    const json = this.#writer.write(this.#transcoder.encode(state, subject, true));
    const small = this.#compressor === undefined ? json : this.#compressor.compress(json);
    return cipher === undefined ? small : cipher.encrypt(small, context);
  }

  /**
   * @throws {StateDamagedError} if the bytes are not what `encode` writes.
   * @throws {CipherError} if they cannot be decrypted.
   */
  decode(bytes: Uint8Array, context: StateContext, cipher: Cipher | undefined): Readonly<Record<string, unknown>> {
    // Errors of the cipher say more than that something is damaged, and pass.
    const small = cipher === undefined ? bytes : cipher.decrypt(bytes, context);
    let state: unknown;
    try {
      const json = this.#compressor === undefined ? small : this.#compressor.decompress(small);
      state = this.#transcoder.decode(this.#decoder.decode(json));
    } catch (cause) {
      throw this.damaged(context, this.#reasonFor(small, cause, cipher), cause);
    }
    if (isRecord(state)) return state;
    throw this.damaged(
      context,
      `It does not have the form of ${context.kind === 'event' ? 'an event' : 'a snapshot'}.`,
    );
  }

  damaged({ kind, aggregateId, version, topic }: StateContext, reason: string, cause?: unknown): StateDamagedError {
    const what = kind === 'event' ? 'Version' : 'The snapshot of version';
    return new StateDamagedError(`${what} ${version} of ${aggregateId} (${topic}) cannot be read. ${reason}`, {
      cause,
      aggregateId,
      version,
    });
  }

  #reasonFor(bytes: Uint8Array, cause: unknown, cipher: Cipher | undefined): string {
    const [first = 0] = bytes;
    if (cipher === undefined && ENCRYPTED.includes(first)) {
      return 'It looks encrypted, and the application was given no cipher.';
    }
    if (this.#compressor === undefined && first === COMPRESSED) {
      return 'It looks compressed, and the application was given no compressor.';
    }
    return cause instanceof EventSourcingError ? cause.message : 'Its bytes are not text.';
  }
}

/** The first bytes of what `aesGcm` and `subjectKeys` write. JSON never begins so, and neither does what `zlib` writes. */
const ENCRYPTED: readonly number[] = [0x01, 0x02];
/** The first byte of what `zlib` writes. */
const COMPRESSED = 0x78;
