import type { ConsoleEntry } from './entry.ts';
import { formatCall, formatValue } from './format.ts';
import { formatTable } from './table.ts';

/** The methods of `console` that pages may use. They print what Node's do, colours off. */
export interface ProbeConsole {
  log(...data: unknown[]): void;
  info(...data: unknown[]): void;
  debug(...data: unknown[]): void;
  warn(...data: unknown[]): void;
  error(...data: unknown[]): void;
  trace(...data: unknown[]): void;
  dir(item?: unknown, options?: object): void;
  dirxml(...data: unknown[]): void;
  table(data?: unknown, columns?: readonly string[]): void;
  assert(condition?: unknown, ...data: unknown[]): void;
  count(label?: string): void;
  countReset(label?: string): void;
  group(...data: unknown[]): void;
  groupCollapsed(...data: unknown[]): void;
  groupEnd(): void;
  time(label?: string): void;
  timeLog(label?: string, ...data: unknown[]): void;
  timeEnd(label?: string): void;
  clear(): void;
}

type Write = (kind: ConsoleEntry['kind'], text: string, full?: string) => void;

const GROUP_INDENT = '  ';

/** A console that hands over finished text; `now` is a clock in milliseconds for the `time` methods. */
export function createConsole(write: Write, now: () => number): ProbeConsole {
  const counts = new Map<string, number>();
  const started = new Map<string, number>();
  let indent = '';

  const put = (kind: ConsoleEntry['kind'], text: string, full?: string) => {
    const indented = (lines: string) => (indent === '' ? lines : indent + lines.replaceAll('\n', `\n${indent}`));
    write(kind, indented(text), full === undefined ? undefined : indented(full));
  };
  const print =
    (kind: ConsoleEntry['kind']) =>
    (...data: unknown[]) => {
      const { text, full } = formatCall(data);
      put(kind, text, full);
    };
  const [log, info, debug, warn, error] = [print('log'), print('info'), print('debug'), print('warn'), print('error')];
  const group = (...data: unknown[]) => {
    if (data.length > 0) log(...data);
    indent += GROUP_INDENT;
  };
  const elapsed = (label: string, method: string): string | undefined => {
    const start = started.get(label);
    if (start === undefined) warn(`No such label '${label}' for console.${method}()`);
    return start === undefined ? undefined : `${label}: ${duration(now() - start)}`;
  };

  return {
    log,
    info,
    debug,
    warn,
    error,
    dirxml: log,
    group,
    groupCollapsed: group,
    groupEnd: () => {
      indent = indent.slice(GROUP_INDENT.length);
    },
    trace: (...data) => {
      const { text } = formatCall(data);
      put('error', text === '' ? 'Trace' : `Trace: ${text}`);
    },
    dir: (item, options) => put('log', formatValue(item, { customInspect: false, ...options })),
    table: (data, columns) => {
      const text = formatTable(data, columns);
      if (text === undefined) log(data);
      else put('log', text);
    },
    assert: (condition, ...data) => {
      if (condition) return;
      const [first, ...rest] = data;
      if (typeof first === 'string') warn(`Assertion failed: ${first}`, ...rest);
      else warn('Assertion failed', ...data);
    },
    count: (label = 'default') => {
      const count = (counts.get(label) ?? 0) + 1;
      counts.set(label, count);
      log(`${label}: ${count}`);
    },
    countReset: (label = 'default') => {
      if (!counts.delete(label)) warn(`Count for '${label}' does not exist`);
    },
    time: (label = 'default') => {
      if (started.has(label)) warn(`Label '${label}' already exists for console.time()`);
      else started.set(label, now());
    },
    timeLog: (label = 'default', ...data) => {
      const text = elapsed(label, 'timeLog');
      if (text !== undefined) log(text, ...data);
    },
    timeEnd: (label = 'default') => {
      const text = elapsed(label, 'timeEnd');
      started.delete(label);
      if (text !== undefined) log(text);
    },
    // Node clears a terminal only. Earlier lines stay: they are what the page's recording compares.
    clear: () => {},
  };
}

function duration(ms: number): string {
  if (ms < 1_000) return `${Number(ms.toFixed(3))}ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(3)}s`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = ((ms % 60_000) / 1_000).toFixed(3).padStart(6, '0');
  return `${minutes}:${seconds} (m:ss.mmm)`;
}
