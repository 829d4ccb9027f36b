import { formatWithOptions, type InspectOptions, inspect } from 'node-inspect-extracted';

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

/** Options of the fuller rendering, generous but bounded: a console entry must stay a small message. */
const FULL: InspectOptions = { depth: 12, maxArrayLength: 1_000, maxStringLength: 20_000 };

/** What Node writes where it cuts: nested values, long lists, long strings. A false alarm only costs time. */
const CUT = /\[[^\]\n]+\]|\.\.\. \d+ more /;

/** The text of a console call as Node prints it, and a fuller one where that text cuts values short. */
export function formatCall(args: readonly unknown[]): { readonly text: string; readonly full?: string } {
  const text = withoutStacks(() => formatWithOptions({}, ...args));
  if (!args.some(isObject) || !CUT.test(text)) return { text };
  const full = withoutStacks(() => formatWithOptions(FULL, ...args));
  return full === text ? { text } : { text, full };
}

/** One value on one line: the text of `expression //=> …` lines. */
export function formatLine(value: unknown): string {
  return formatValue(value, { breakLength: Number.POSITIVE_INFINITY, compact: true });
}

/** One value, as Node's `inspect` writes it. */
export function formatValue(value: unknown, options: InspectOptions = {}): string {
  return withoutStacks(() => inspect(value, options));
}

/**
 * Runs a formatter while errors show no stack. Stacks hold the file names of the machine and differ between engines,
 * while the text of a console must be the same everywhere; Node has a form for errors without one: `[Error: text]`.
 * The formatter lets a custom inspection return the very object to go on with it as usual, so that is the moment at
 * which an error's stack is put away; all of them are put back before anybody else can look.
 */
function withoutStacks(format: () => string): string {
  const restore: (() => void)[] = [];
  const before = Object.getOwnPropertyDescriptor(Error.prototype, CUSTOM);
  const hide = function (this: unknown): unknown {
    if (!(this instanceof Error)) return this;
    const header = errorHeader(this);
    if (typeof this.stack === 'string' && this.stack === header) return this;
    const own = Object.getOwnPropertyDescriptor(this, 'stack');
    if (own ? !own.configurable : !Object.isExtensible(this)) return `[${header}]`;
    Object.defineProperty(this, 'stack', { value: header, configurable: true, enumerable: false, writable: true });
    restore.push(() => {
      if (own) Object.defineProperty(this, 'stack', own);
      else Reflect.deleteProperty(this, 'stack');
    });
    return this;
  };
  Object.defineProperty(Error.prototype, CUSTOM, { value: hide, configurable: true });
  try {
    return format();
  } catch (error) {
    // A getter or a custom inspection of the reader's own may throw; a console call must not end the run for it.
    return `[a value that cannot be shown: ${thrownHeader(error)}]`;
  } finally {
    if (before) Object.defineProperty(Error.prototype, CUSTOM, before);
    else Reflect.deleteProperty(Error.prototype, CUSTOM);
    for (const undo of restore.reverse()) undo();
  }
}

/** A line for whatever a reader's own code threw while a value was looked at. */
function thrownHeader(error: unknown): string {
  try {
    return error instanceof Error ? errorHeader(error) : String(error);
  } catch {
    return 'it threw something that cannot be shown either';
  }
}

function errorHeader(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error'; // `name` or `message` is a getter that throws
  }
}

function isObject(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
