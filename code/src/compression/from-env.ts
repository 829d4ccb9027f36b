import type { Compressor, EnvVariable, FromEnv } from '../index.ts';
import type { ZlibOptions } from './zlib.ts';

const OPTIONS = {
  level: {
    name: 'COMPRESSOR_LEVEL',
    type: 'integer',
    min: 1,
    max: 9,
    doc: 'From 1, the fastest, to 9, the smallest; 6 unless set.',
  },
  maxSize: {
    name: 'COMPRESSOR_MAX_SIZE',
    type: 'integer',
    min: 1,
    doc: 'How large a state may be when it is not compressed; 16777216 unless set.',
    unit: 'bytes',
  },
} as const satisfies Record<string, EnvVariable>;

/** The compressor from variables, whichever implementation of deflate it is on. */
export function zlibFrom(zlib: (options: ZlibOptions) => Compressor): FromEnv<Compressor> {
  return {
    variables: Object.values(OPTIONS),
    create: (env) => zlib({ level: env.integer(OPTIONS.level), maxSize: env.integer(OPTIONS.maxSize) }),
  };
}
