/**
 * Where a state belongs. A cipher binds the bytes to it, so that they cannot be moved elsewhere. The key of a subject is
 * encrypted like a state, of the kind `key`: there, the id is the subject's, the version 0 and the topic empty.
 */
export interface StateContext {
  readonly kind: 'event' | 'snapshot' | 'key';
  readonly aggregateId: string;
  readonly version: number;
  /** As it is stored, which may be a former name. */
  readonly topic: string;
}

/** Keeps the states of events and snapshots secret in storage. `aesGcm` of `eventsourcing/crypto` makes one. */
export interface Cipher {
  encrypt(state: Uint8Array, context: StateContext): Uint8Array;
  /** @throws {CipherError} unless the bytes are what `encrypt` returned for the same context. */
  decrypt(bytes: Uint8Array, context: StateContext): Uint8Array;
}

/** Makes states smaller in storage, before they are encrypted. `zlib` of `eventsourcing/compression` makes one. */
export interface Compressor {
  compress(state: Uint8Array): Uint8Array;
  /** @throws unless the bytes are what `compress` returned. */
  decompress(bytes: Uint8Array): Uint8Array;
}
