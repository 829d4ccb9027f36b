import { Unzlib } from 'fflate';
import { joined } from '../domain/values/joined.ts';
import { TooLargeError } from './zlib.ts';

/** So little that even what it stands for at most, about a thousand times as much, is little. */
const CHUNK_LENGTH = 4096;
const CHECKSUM_LENGTH = 4;

/** Decompresses in steps, to stop at the size that is too large, and checks the checksum, which `fflate` does not. */
export function inflate(bytes: Uint8Array, maxSize: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  let isComplete = false;
  const stream = new Unzlib((part, final) => {
    parts.push(part);
    length += part.length;
    isComplete = final;
  });
  for (let start = 0; start < bytes.length; start += CHUNK_LENGTH) {
    const end = start + CHUNK_LENGTH;
    stream.push(bytes.subarray(start, end), end >= bytes.length);
    if (length > maxSize) throw new TooLargeError('There is more.');
  }
  if (!isComplete) throw new Error('The compressed bytes end too early.');
  const result = joined(parts);
  const end = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - CHECKSUM_LENGTH);
  if (end.getUint32(0) !== adler32(result)) throw new Error('The checksum is wrong.');
  return result;
}

/** The checksum of the zlib format (RFC 1950). */
function adler32(bytes: Uint8Array): number {
  const base = 65521;
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % base;
    b = (b + a) % base;
  }
  return b * 0x10000 + a;
}
