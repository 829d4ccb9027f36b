/** The Worker that executes one program, and then is gone. */
import { createProbe, type Probe } from '../../probe/probe.ts';
import { reportError } from '../../probe/report.ts';
import { type RawFrame, readStack } from '../../probe/stack.ts';
import type { Runtime } from '../library/runtime.ts';
import { MAX_CHARACTERS, MAX_KEPT_TRAFFIC, MAX_MESSAGES, MAX_OWN_MESSAGES, MAX_REPORTS } from '../limits.ts';
import { createMeter } from '../meter.ts';
import type { FromWorker, Library, Prepared, RunMessage, ToWorker } from '../protocol/messages.ts';
import { readRunMessage } from '../protocol/read.ts';
import { encode } from '../protocol/wire.ts';
import type { KeptDatabase } from '../runner.ts';
import { confine, provideRandomUUID } from './confine.ts';
import { createKeeping, type OwnKeeping } from './keeping.ts';
import { createModules, ImportError, missingExport } from './modules.ts';

const PROBE = 'workbook:probe';
const LIBRARY = 'eventsourcing';
const RUNTIME = 'workbook:runtime';
/** Where the probe and the runtime wait for their modules, which take them away before any code of a page runs. */
const HANDOVER = '$$';

/** Bound to the port that comes with the first message, before a program can get hold of it. */
let post: (message: unknown, transfer: Transferable[]) => void = () => {};
const load = (url: string): Promise<object> => import(url);

const modules = createModules();
const meter = createMeter({
  lines: MAX_MESSAGES,
  reports: MAX_REPORTS,
  characters: MAX_CHARACTERS,
  kept: MAX_KEPT_TRAFFIC,
});
let keeping: OwnKeeping | undefined;
let ended = false;
let ownMessages = 0;
/** The fence that the reader ran: that it throws is the outcome of the run, even where the page says that it should. */
let target = '';
let targetThrew = false;

const probe: Probe = createProbe({
  write: (entry) => send({ type: 'console', entry }),
  threw: (fence, error) => {
    targetThrew ||= fence === target;
    sendError(error, fence);
  },
  notThrown: () => probe.notice('This snippet was expected to throw an error, and it did not.'),
  tested: (result, error) => {
    const report = result.status === 'fail' ? reportError(error) : undefined;
    send({ type: 'test', result: { ...result, error: report }, frames: placesOf(error) });
  },
  failed: (_, error) => fail(error),
});

self.addEventListener('message', ({ isTrusted, data, ports: [port] }: MessageEvent<ToWorker>) => {
  if (!isTrusted) return; // a program plays the frame
  if (data.type === 'ping') say({ type: 'pong' });
  else if (data.type === 'run') void run(data);
  else if (port) {
    post = port.postMessage.bind(port);
    prepare(data.library);
  }
});
self.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  fail(event.reason);
});
self.addEventListener('error', (event) => {
  event.preventDefault();
  fail(event.error ?? new Error(event.message));
});

function prepare(library: Library): void {
  modules.add([], { ...HANDED, ...library });
  // Only a head start: if it fails, the run meets the same error and reports it.
  if (library[LIBRARY] !== undefined) load(modules.url(LIBRARY)).catch(() => undefined);
}

const handed = (name: string) =>
  `const key = '${HANDOVER}${name}'; const it = globalThis[key]; delete globalThis[key]; export default it;`;
const HANDED = { [PROBE]: handed(PROBE), [RUNTIME]: handed(RUNTIME) };

async function run({
  modules: program,
  library,
  binaries,
  target: fence,
  kept,
}: Extract<ToWorker, { type: 'run' }>): Promise<void> {
  target = fence;
  keeping = kept && createKeeping(kept, { send: sendDatabase, refuse: complain });
  const entry = program.at(-1);
  if (!entry) return;
  modules.add(program, { ...HANDED, ...library });
  try {
    for (const [name, value] of [[PROBE, probe] as const, [RUNTIME, createRuntime(binaries)] as const]) {
      Object.defineProperty(globalThis, HANDOVER + name, { value, configurable: true });
      await load(modules.url(name));
    }
    const exported = new Map<string, readonly string[]>();
    for (const name of Object.keys(library)) exported.set(name, Object.keys(await load(modules.url(name))));
    if (library[LIBRARY] !== undefined) probe.watchPending(await load(modules.url(LIBRARY)));
    for (const { name, code } of program) {
      const missing = missingExport(code, (specifier) => exported.get(specifier));
      if (!missing) continue;
      const { message, line, column } = missing;
      sendError(new ImportError(message), '', [{ url: name, line, column }]);
      return finish(true);
    }
    confine(globalThis, { close, posted });
    provideRandomUUID(crypto);
    Object.assign(globalThis, { console: probe.console, ...probe.timers });
    await load(modules.url(entry.name));
    // Compiled fences end themselves; the files of a stock client know nothing of the probe.
    await probe.end();
    await probe.idle();
    finish(probe.failed || targetThrew);
  } catch (error) {
    fail(error);
  }
}

function createRuntime(binaries: Prepared): Runtime {
  return {
    binary(name) {
      const binary = binaries[name];
      if (binary === undefined) throw new Error(`The runner has not been given ${name}.`);
      return binary;
    },
    keeping,
    async starting(what, work) {
      send({ type: 'progress', progress: { stage: 'starting', what } });
      try {
        return await work();
      } finally {
        send({ type: 'progress', progress: { stage: 'running' } });
      }
    },
  };
}

/** The first error that nobody caught ends the run, as it ends a process of Node. */
function fail(error: unknown): void {
  sendError(error, probe.fence);
  finish(true);
}

/** The code asks for its own end. */
function close(): void {
  end({ type: 'closed' });
}

/** The code posts a message of its own. */
function posted(): void {
  ownMessages++;
  if (ownMessages > MAX_OWN_MESSAGES) end({ type: 'excess', excess: 'own-messages' });
}

function finish(failed: boolean): void {
  end({ type: 'ended', status: failed ? 'error' : 'done' });
}

function end(last: FromWorker): void {
  if (ended) return;
  keeping?.flush();
  // That may have been too much, which has ended the run by now.
  if (ended) return;
  ended = true;
  say(last);
}

function sendDatabase(database: KeptDatabase): void {
  send({ type: 'kept', database });
}

/** Tells the reader, beside what the code itself prints. */
function complain(text: string): void {
  send({ type: 'console', entry: { fence: target, kind: 'error', text } });
}

function sendError(error: unknown, fence: string, frames = placesOf(error)): void {
  const report = reportError(error);
  send({
    type: 'error',
    error: { ...report, message: modules.readable(report.message), fence: fence || undefined },
    frames,
  });
}

function placesOf(error: unknown): readonly RawFrame[] {
  return readStack(error).flatMap((frame) => {
    const name = modules.name(frame.url);
    return name === undefined || !name.startsWith('/') ? [] : [{ ...frame, url: name }];
  });
}

/** Says something of the run, within the limits of what is heard. */
function send(message: RunMessage): void {
  if (ended) return;
  const checked = readRunMessage(message);
  if (!checked) return;
  const excess = meter.add(checked);
  if (excess) end({ type: 'excess', excess });
  else say(checked);
}

function say(message: FromWorker): void {
  if (message.type === 'kept') {
    post(message, [message.database.bytes]);
    return;
  }
  const text = encode(message);
  if (text !== undefined) post(text, []);
}
