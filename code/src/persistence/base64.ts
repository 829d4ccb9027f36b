/** Base64 (RFC 4648) of any number of bytes. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  // In slices, because arguments of a call are limited in number.
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(binary);
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
