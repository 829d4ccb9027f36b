import type { ErrorReport, TestResult } from '../../probe/entry.ts';
import { type FileLines, sandpackFrames } from './files.ts';
import type { SandpackTestError, ToSandpack } from './messages.ts';

/** What the tests of a file came to, and what kept the file from running to its end. */
export interface TestedFile {
  readonly results: readonly { readonly result: TestResult; readonly duration: number }[];
  readonly failure: ErrorReport | undefined;
}

/**
 * The messages about one test file, for Sandpack's list of tests. They come in one piece when the file is done: the
 * list keeps its place while tests are announced, and loses it if the reader changes files in between.
 */
export function testMessages(path: string, { results, failure }: TestedFile, files: FileLines): readonly ToSandpack[] {
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
