import { refusedGlobals } from '../../probe/refused-globals.ts';

/**
 * What a program finds around it. The policy of the frame already refuses every connection; these replacements only
 * say so in a sentence, and give programs the few things that Node has and a sandboxed Worker lacks.
 */

/** What happens instead when a program uses the Worker that it runs in. */
export interface OwnWorker {
  /** The Worker's own `close` would end it without a word. */
  close(): void;
  /** Nobody would receive the messages, and a flood of them would keep the frame busy long after the run. */
  posted(): void;
}

export function confine(scope: object, { close, posted }: OwnWorker): void {
  define(scope, 'close', () => close());
  define(scope, 'postMessage', () => posted());
  for (const [name, value] of refusedGlobals(scope)) define(scope, name, value);
  define(scope, 'process', { env: {} });
}

/** A sandboxed origin counts as insecure in some browsers, which then hide this one; it needs no security. */
export function provideRandomUUID(source: Crypto): void {
  if (typeof source.randomUUID === 'function') return;
  define(source, 'randomUUID', () => {
    const bytes = source.getRandomValues(new Uint8Array(16));
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  });
}

/** Defines a property on an object, and in place of those of that name that the object inherits. */
function define(target: object, name: string, value: unknown): void {
  const property = { value, configurable: true, writable: true, enumerable: false };
  Object.defineProperty(target, name, property);
  for (let each: object | null = Object.getPrototypeOf(target); each; each = Object.getPrototypeOf(each)) {
    if (Object.hasOwn(each, name)) Object.defineProperty(each, name, property);
  }
}
