/** `eventsourcing/compression` where there is Node. */
import { constants, deflateSync, inflateSync } from 'node:zlib';
import type { Compressor, FromEnv } from '../index.ts';
import { zlibFrom } from './from-env.ts';
import { TooLargeError, ZlibCompressor, type ZlibOptions } from './zlib.ts';

export type { ZlibOptions } from './zlib.ts';

/** See `zlib` in `./index.ts`, which does the same. */
export function zlib(options: ZlibOptions = {}): Compressor {
  return new ZlibCompressor(options, {
    deflate: (bytes, level) => deflateSync(bytes, { level }),
    inflate(bytes, maxSize) {
      try {
        return inflateSync(bytes, { maxOutputLength: maxSize, finishFlush: constants.Z_FINISH });
      } catch (error) {
        if (error instanceof RangeError) throw new TooLargeError('There is more.', { cause: error });
        throw error;
      }
    },
  });
}

/** See `zlibFromEnv` in `./index.ts`, which does the same. */
export const zlibFromEnv: FromEnv<Compressor> = zlibFrom(zlib);
