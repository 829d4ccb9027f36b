import type { Compressor, FromEnv, IntegerVariable } from '../index.ts';
import type { ZlibOptions } from './zlib.ts';

const LEVEL: IntegerVariable = {
  name: 'COMPRESSOR_LEVEL',
  type: 'integer',
  min: 1,
  max: 9,
  doc: 'From 1, the fastest, to 9, the smallest; 6 unless set.',
};
const MAX_SIZE: IntegerVariable = {
  name: 'COMPRESSOR_MAX_SIZE',
  type: 'integer',
  min: 1,
  doc: 'How large a state may be when it is not compressed; 16777216 unless set.',
  unit: 'bytes',
};

/** The compressor from variables, whichever implementation of deflate it is on. */
export function zlibFrom(zlib: (options: ZlibOptions) => Compressor): FromEnv<Compressor> {
  return {
    variables: [LEVEL, MAX_SIZE],
    create(env) {
      const [level, maxSize] = [env.integer(LEVEL), env.integer(MAX_SIZE)];
      return zlib({ ...(level !== undefined && { level }), ...(maxSize !== undefined && { maxSize }) });
    },
  };
}
