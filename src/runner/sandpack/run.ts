import type { CompiledProgram } from '../../compiler/program.ts';
import type { ErrorReport } from '../../probe/entry.ts';
import type { RequestParts } from '../relay/execution.ts';
import type { RunEvent } from '../runner.ts';
import { type FileLines, sandpackFrames, sandpackSource } from './files.ts';
import type { SandpackFile, ToSandpack } from './messages.ts';

/** One request of a client, and what it is carried out with. */
export interface Work extends Pick<RequestParts<never>, 'compiler' | 'execute' | 'explain'> {
  readonly files: readonly SandpackFile[];
  readonly lines: FileLines;
  readonly signal: AbortSignal;
  /** Says nothing once the signal is aborted. */
  say(message: ToSandpack): void;
  /** Makes a name for a line of the console, which a client shows once for each name. */
  entryId(): string;
  /** Tells the list of tests, at the first load, that it can ask for them. */
  announceTests(): void;
}

/**
 * Runs a client's files, and answers after `start` in the order of messages that Sandpack's components rely on:
 *
 *     status transpiling, state, status evaluating, done, console …, success | show-error, status done
 *
 * A stock client forgets edits that are made while its status is anything but done, so `done` comes before the code
 * runs: an edit then ends a loop, and is not lost.
 */
export async function runFiles(work: Work, evaluate: boolean): Promise<void> {
  const { compiler, execute, files, signal, say } = work;
  say({ type: 'status', status: 'transpiling' });
  let program: CompiledProgram;
  try {
    program = await compiler.compile(sandpackSource(files), signal);
  } catch (error) {
    const report = work.explain(error);
    // The one title under which a client shows where the error is.
    return fail(work, report, report.at && 'SyntaxError');
  }
  if (signal.aborted) return;
  say({ type: 'state', state: { entry: program.modules.at(-1)?.name ?? '', transpiledModules: {} } });
  work.announceTests();
  if (evaluate) say({ type: 'status', status: 'evaluating' });
  say({ type: 'done', compilatonError: false });
  const status = evaluate ? await execute(program, (event) => tell(work, event), signal) : 'done';
  if (status === 'done') say({ type: 'success' });
  say({ type: 'status', status: 'done' });
}

/** Nothing was compiled. `done` follows the error, since it would wipe the error away otherwise. */
export function fail(work: Work, error: ErrorReport, title = 'Error'): void {
  showError(work, error, title);
  work.say({ type: 'done', compilatonError: true });
  work.say({ type: 'status', status: 'done' });
}

function tell(work: Work, event: RunEvent): void {
  if (event.type === 'error') showError(work, event.error, 'Runtime Exception');
  if (event.type !== 'console') return;
  const { kind, text } = event.entry;
  const method = kind === 'show' ? 'log' : kind === 'notice' ? 'warn' : kind;
  work.say({ type: 'console', log: [{ method, id: work.entryId(), data: [text] }] });
}

function showError({ say, lines }: Work, error: ErrorReport, title: string): void {
  say({
    type: 'action',
    action: 'show-error',
    title,
    path: error.at?.fence ?? '',
    message: error.message,
    line: error.at?.line ?? 0,
    column: error.at?.column ?? 0,
    payload: { frames: sandpackFrames(error, lines) },
  });
}
