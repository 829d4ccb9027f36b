import type { CompiledProgram } from '../../compiler/program.ts';
import type { ErrorReport } from '../../probe/entry.ts';
import type { OneAtATime } from '../one-at-a-time.ts';
import type { RunMessage, Supplies } from '../protocol/messages.ts';
import type { Kept, Loading, RunEvent, RunStatus } from '../runner.ts';
import type { Compiler } from './compiler.ts';
import { failureReport } from './failure.ts';
import { explainEnd } from './outcome.ts';
import { createPlacing } from './places.ts';
import type { Sandbox } from './sandbox.ts';
import type { Trace } from './trace.ts';

/**
 * Executes a compiled program, and tells of what it says, with places in fences, until it ends. Never rejects. When the
 * signal is aborted the run is ended, and nothing more is heard of it.
 */
export type Execute = (
  program: CompiledProgram,
  listen: (event: RunEvent) => void,
  signal: AbortSignal,
  kept?: Kept,
) => Promise<RunStatus>;

/** What requests are carried out with, whoever makes them. */
export interface RequestParts<Message> {
  readonly compiler: Compiler;
  readonly execute: Execute;
  /** What a reader is told of an error of `compiler`. */
  explain(error: unknown): ErrorReport;
  /** One request at a time: the next one ends it. */
  readonly going: OneAtATime;
  post(message: Message): void;
}

export interface ExecutionParts {
  readonly sandbox: Sandbox;
  /** What a program imports and the runner brings; `listen` hears of what has to be loaded first and is not small. */
  supplies(program: CompiledProgram, listen: (loading: Loading) => void): Promise<Supplies>;
  /** Loads what finds the places of a program's errors. */
  tracer(program: CompiledProgram): Promise<Trace>;
}

export function createExecute({ sandbox, supplies, tracer }: ExecutionParts): Execute {
  return (program, listen, signal, kept) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve('stopped');
      const placed = createPlacing(program, tracer);
      const say = (event: RunEvent) => {
        if (!signal.aborted) listen(event);
      };
      /** Errors are placed one after the other, so that everything that is said keeps its order. */
      let queue = Promise.resolve();
      const inOrder = (step: () => Promise<void> | void) => {
        // A step that fails must not take those after it along: the last of them tells that the run has ended.
        queue = queue
          .then(() => (signal.aborted ? undefined : step()))
          .catch((error: unknown) => say({ type: 'error', error: failureReport(error) }));
      };
      const fail = (error: ErrorReport) =>
        inOrder(() => {
          say({ type: 'error', error });
          resolve('error');
        });
      const begin = async () => {
        const brought = await supplies(program, (loading) =>
          say({ type: 'progress', progress: { stage: 'loading', ...loading } }),
        );
        if (signal.aborted) return;
        const message = (raw: RunMessage) =>
          inOrder(async () => {
            const said = await placed(raw);
            if (said.type === 'ended') resolve(said.status);
            else say(said);
          });
        await sandbox.run(
          program,
          { ...brought, kept },
          { message, killed: (reason) => fail(explainEnd(reason)) },
          signal,
        );
      };
      signal.addEventListener('abort', () => resolve('stopped'));
      begin().catch((error: unknown) => fail(failureReport(error)));
    });
}
