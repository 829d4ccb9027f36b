import type { ErrorReport, TestResult } from '../../probe/entry.ts';
import type { RunEvent } from '../runner.ts';
import { type FileLines, sandpackFrames, sandpackSource, TEST_FILE } from './files.ts';
import type { SandpackTestError, ToSandpack } from './messages.ts';
import type { Work } from './run.ts';

/** Runs a client's test files, or one of them, one after the other. */
export async function runTests(work: Work, path: string | undefined): Promise<void> {
  const { files, lines, signal, say } = work;
  say({ type: 'test', event: 'total_test_start' });
  for (const { path: each } of files) {
    if (signal.aborted) return;
    if (path === undefined ? !TEST_FILE.test(each) : each !== path) continue;
    say({ type: 'test', event: 'add_file', path: each });
    for (const message of testMessages(each, await runTestFile(work, each), lines)) say(message);
  }
  say({ type: 'test', event: 'total_test_end' });
}

async function runTestFile({ compiler, execute, explain, files, signal }: Work, path: string): Promise<TestedFile> {
  const results: TestedFile['results'][number][] = [];
  let failure: ErrorReport | undefined;
  try {
    const program = await compiler.compile(sandpackSource(files, path), signal);
    let before = performance.now();
    const listen = (event: RunEvent) => {
      if (event.type === 'error') failure ??= event.error;
      if (event.type !== 'test') return;
      results.push({ result: event.result, duration: performance.now() - before });
      before = performance.now();
    };
    await execute(program, listen, signal);
  } catch (error) {
    failure = explain(error);
  }
  return { results, failure };
}

/** What the tests of a file came to, and what kept the file from running to its end. */
interface TestedFile {
  readonly results: readonly { readonly result: TestResult; readonly duration: number }[];
  readonly failure: ErrorReport | undefined;
}

/**
 * The messages about one test file, for Sandpack's list of tests. They come in one piece when the file is done: the
 * list keeps its place while tests are announced, and loses it if the reader changes files in between.
 */
function testMessages(path: string, { results, failure }: TestedFile, files: FileLines): readonly ToSandpack[] {
  const messages: ToSandpack[] = [{ type: 'action', action: 'clear-errors', source: 'jest', path }];
  if (failure) messages.push({ type: 'test', event: 'file_error', path, error: testError(failure, files) });
  for (const { result } of results) {
    for (const blockName of result.blocks) messages.push({ type: 'test', event: 'describe_start', blockName });
    messages.push({ type: 'test', event: 'add_test', testName: ownName(result), path });
    for (const _ of result.blocks) messages.push({ type: 'test', event: 'describe_end' });
  }
  for (const { result, duration } of results) {
    if (result.status === 'skip') continue;
    const test = { name: ownName(result), path, blocks: result.blocks };
    const errors = result.error ? [testError(result.error, files)] : [];
    messages.push({ type: 'test', event: 'test_start', test });
    messages.push({ type: 'test', event: 'test_end', test: { ...test, status: result.status, duration, errors } });
  }
  return messages;
}

function ownName({ name, blocks }: TestResult): string {
  return blocks.length === 0 ? name : name.slice(blocks.join(' > ').length + ' > '.length);
}

function testError(error: ErrorReport, files: FileLines): SandpackTestError {
  const frames = sandpackFrames(error, files);
  return {
    name: error.name,
    message: error.message,
    stack: '',
    matcherResult: error.expected !== undefined,
    mappedErrors: frames.map((frame) => ({ ...frame, fileName: frame._originalFileName })),
  };
}
