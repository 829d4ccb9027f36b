/**
 * The globals of a live snippet: what is there in Node and in the browser's Worker alike, and nothing else. The DOM's
 * are left out on purpose: it declares names such as `event` and `name`, and a forgotten import would go unnoticed.
 */
import type { ProbeConsole } from '../../probe/console.ts';
import type { TimerFunctions } from '../../probe/timers.ts';

declare global {
  const console: ProbeConsole;
  const setTimeout: TimerFunctions['setTimeout'];
  const clearTimeout: TimerFunctions['clearTimeout'];
  const setInterval: TimerFunctions['setInterval'];
  const clearInterval: TimerFunctions['clearInterval'];
  function queueMicrotask(callback: () => void): void;
  function structuredClone<T>(value: T): T;
  const process: { readonly env: Readonly<Record<string, string | undefined>> };
  const performance: { now(): number };
  const crypto: { getRandomValues<T extends ArrayBufferView>(array: T): T; randomUUID(): string };

  class TextEncoder {
    encode(text?: string): Uint8Array<ArrayBuffer>;
  }
  class TextDecoder {
    constructor(label?: string, options?: { fatal?: boolean });
    decode(bytes?: ArrayBuffer | ArrayBufferView): string;
  }
  class URL {
    constructor(url: string, base?: string | URL);
    readonly href: string;
    readonly origin: string;
    readonly pathname: string;
    readonly search: string;
    readonly hash: string;
    toString(): string;
  }
  interface AbortSignal {
    readonly aborted: boolean;
    readonly reason: unknown;
    addEventListener(type: 'abort', listener: () => void): void;
    removeEventListener(type: 'abort', listener: () => void): void;
  }
  class AbortController {
    readonly signal: AbortSignal;
    abort(reason?: unknown): void;
  }
}
