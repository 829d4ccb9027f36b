import { CipherError, LONGEST_SUBJECT, type StateContext } from '../index.ts';
import { type Aead, checkLength, described, unsealed } from './frame.ts';

/** The header: the number of this format, the length of the subject in two bytes, the subject. */
const FORMAT = 2;
const PREFIX = 3;

const encoder = new TextEncoder();
// A mark at the beginning belongs to the subject, like any other character.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function headerOf(subject: string): Uint8Array {
  const bytes = encoder.encode(subject);
  return Uint8Array.of(FORMAT, bytes.length >> 8, bytes.length & 0xff, ...bytes);
}

export function isSubjectFrame(bytes: Uint8Array): boolean {
  return bytes[0] === FORMAT;
}

/** Whose key these bytes are encrypted with; undefined if they do not say, or say what no subject can be. */
export function subjectIn(bytes: Uint8Array): string | undefined {
  const end = headerLength(bytes);
  if (!isSubjectFrame(bytes) || end === PREFIX || end > bytes.length) return undefined;
  try {
    const subject = decoder.decode(bytes.subarray(PREFIX, end));
    return subject.length > LONGEST_SUBJECT || subject.includes('\0') ? undefined : subject;
  } catch {
    return undefined; // Not text, so no subject either. The reader of the whole state says what is wrong.
  }
}

/** @throws {CipherError} unless the bytes are what was encrypted with the key of their subject for the same context. */
export function openFrame(bytes: Uint8Array, context: StateContext, aeadOf: (subject: string) => Aead): Uint8Array {
  checkLength(bytes, headerLength(bytes), context);
  const subject = subjectIn(bytes);
  if (subject === undefined) {
    throw new CipherError('ES_DECRYPTION', `${described(context)} is damaged: it names no subject.`, context);
  }
  const aead = aeadOf(subject);
  try {
    return unsealed(aead, bytes, headerLength(bytes), context);
  } catch (cause) {
    throw new CipherError(
      'ES_DECRYPTION',
      `${described(context)} cannot be decrypted with the key of the subject ${JSON.stringify(subject)}: either this is ` +
        'another key of the same subject, or the stored bytes, version, topic or aggregate id have been altered.',
      context,
      { cause, keyId: subject },
    );
  }
}

function headerLength(bytes: Uint8Array): number {
  return PREFIX + ((bytes[1] ?? 0) << 8) + (bytes[2] ?? 0);
}
