import { ArgumentError, type Compressor, StateDamagedError } from '../index.ts';

/** How `zlib` compresses. */
export interface ZlibOptions {
  /** From 1, the fastest, to 9, the smallest; 6 unless given. */
  readonly level?: number;
  /** The greatest number of bytes that a state may have when it is not compressed; 16 MiB unless given. */
  readonly maxSize?: number;
}

/** Deflate in the zlib format (RFC 1950), as a platform has it. */
export interface Deflate {
  deflate(bytes: Uint8Array, level: Level): Uint8Array;
  /**
   * @throws {TooLargeError} as soon as there are more than `maxSize` bytes.
   * @throws if the bytes are not in the zlib format, are cut short, or their checksum is wrong.
   */
  inflate(bytes: Uint8Array, maxSize: number): Uint8Array;
}

export type Level = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** Says that there is more than was asked for. */
export class TooLargeError extends Error {}

const DEFAULT_LEVEL = 6;
const DEFAULT_MAX_SIZE = 16 * 1024 * 1024;
/** How the zlib format begins: deflate, with a window of 32 KiB. JSON never begins so. */
const ZLIB = 0x78;

/** The compressor, on any implementation of deflate. Each reads what the others write. */
export class ZlibCompressor implements Compressor {
  readonly #deflate: Deflate;
  readonly #level: Level;
  readonly #maxSize: number;

  constructor(options: ZlibOptions, deflate: Deflate) {
    const { level = DEFAULT_LEVEL, maxSize = DEFAULT_MAX_SIZE } = options;
    if (!isLevel(level)) throw new ArgumentError(`The level of zlib must be a whole number from 1 to 9, not ${level}.`);
    if (!Number.isSafeInteger(maxSize) || maxSize < 1) {
      throw new ArgumentError(`The maxSize of zlib must be a whole number of bytes from 1, not ${maxSize}.`);
    }
    this.#deflate = deflate;
    this.#level = level;
    this.#maxSize = maxSize;
  }

  compress(state: Uint8Array): Uint8Array {
    if (state.length > this.#maxSize) {
      throw new ArgumentError(
        `A state of ${state.length} bytes is greater than zlib would read back (maxSize is ${this.#maxSize}). Store ` +
          'large data elsewhere and its address in the event, or give zlib a greater maxSize.',
      );
    }
    const compressed = this.#deflate.deflate(state, this.#level);
    // Short states grow when compressed. What begins otherwise than compressed bytes do, is read as it is.
    return compressed.length < state.length || state[0] === ZLIB ? compressed : state;
  }

  decompress(bytes: Uint8Array): Uint8Array {
    if (bytes[0] !== ZLIB) return bytes;
    try {
      return this.#deflate.inflate(bytes, this.#maxSize);
    } catch (cause) {
      throw new StateDamagedError(
        cause instanceof TooLargeError
          ? `Its ${bytes.length} compressed bytes stand for more than ${this.#maxSize}, the maxSize of zlib.`
          : 'Its compressed bytes are damaged.',
        { cause },
      );
    }
  }
}

function isLevel(level: number): level is Level {
  return Number.isInteger(level) && level >= 1 && level <= 9;
}
