import type { RequestParts } from '../relay/execution.ts';
import { unavailable } from '../relay/failure.ts';
import { createFileLines } from './files.ts';
import { readFromSandpack, type SandpackFile, type ToSandpack } from './messages.ts';
import { fail, runFiles, type Work } from './run.ts';
import { runTests } from './tests.ts';

/** How a stock client tells the messages for itself. */
export type Envelope = ToSandpack & { readonly codesandbox: true; readonly $id: number | string | undefined };

export type StockRequests = ReturnType<typeof createStockRequests>;

/** Lets a stock Sandpack client use the relay as its bundler. A request that was replaced says nothing more. */
export function createStockRequests(parts: RequestParts<Envelope>) {
  /** The client's name for itself, in every message to it. */
  let id: number | string | undefined;
  let firstLoad = true;
  let files: readonly SandpackFile[] = [];
  let lines = createFileLines(files);
  let entries = 0;
  let busy = false;
  /** The test runs that were asked for while something else was going on: the last of them is carried out. */
  const wanted: (string | undefined)[] = [];

  const say = (message: ToSandpack) => parts.post({ ...message, codesandbox: true, $id: id });

  const perform = async (carryOut: (work: Work) => Promise<void> | void): Promise<void> => {
    const signal = parts.going.start();
    busy = true;
    wanted.length = 0;
    await carryOut({
      ...parts,
      files,
      lines,
      signal,
      say: (message) => signal.aborted || say(message),
      entryId: () => String(++entries),
      announceTests() {
        if (firstLoad) say({ type: 'test', event: 'initialize_tests' });
        firstLoad = false;
      },
    });
    if (signal.aborted) return;
    busy = false;
    if (wanted.length > 0) await test(wanted.at(-1));
  };
  const compile = (carryOut: (work: Work) => Promise<void> | void) =>
    perform((work) => {
      work.say({ type: 'start', firstLoad });
      return carryOut(work);
    });
  const test = async (path: string | undefined): Promise<void> => {
    if (busy) wanted.push(path);
    else await perform((work) => runTests(work, path));
  };

  return {
    /** Carries out what a client asks; resolves when there is nothing left to do for it. */
    async handle(data: unknown): Promise<void> {
      const message = readFromSandpack(data);
      switch (message?.type) {
        case 'register-frame':
          id = message.id;
          return;
        case 'refused':
          return compile((work) => fail(work, unavailable(message.reason)));
        case 'compile':
          files = message.files;
          lines = createFileLines(files);
          return compile((work) => runFiles(work, message.evaluate));
        case 'run-all-tests':
          return test(undefined);
        case 'run-tests':
          return test(message.path);
      }
    },
  };
}
