import type { OneAtATime } from '../one-at-a-time.ts';
import type { FromRelay, RunMessage, ToRelay } from '../protocol/messages.ts';
import type { Refused } from '../protocol/read.ts';
import type { RunEvent, RunRequest, RunStatus } from '../runner.ts';
import type { Compiler } from './compiler.ts';
import type { Execute } from './execution.ts';
import { failureReport, unavailable } from './failure.ts';

export interface PageRequestParts {
  readonly compiler: Compiler;
  readonly execute: Execute;
  readonly going: OneAtATime;
  post(message: FromRelay): void;
}

/** Carries out what the page asks for. A run that was stopped or replaced says nothing more. */
export function createPageRequests({ compiler, execute, going, post }: PageRequestParts) {
  let last: number | undefined;

  const run = async (
    request: RunRequest,
    listen: (event: RunEvent) => void,
    signal: AbortSignal,
  ): Promise<RunStatus> => {
    try {
      const program = 'program' in request ? request.program : await compiler.compile(request.source, signal);
      return await execute(program, listen, signal);
    } catch (error) {
      listen({ type: 'error', error: failureReport(error) });
      return 'error';
    }
  };

  return async (message: ToRelay | Refused): Promise<void> => {
    if (message.type === 'stop') {
      if (message.run === last) going.stop();
      return;
    }
    last = message.run;
    const signal = going.start();
    const say = (said: RunMessage) => {
      if (!signal.aborted) post({ type: 'message', run: message.run, message: said });
    };
    if (message.type === 'refused') say({ type: 'error', error: unavailable(message.reason) });
    const status = message.type === 'refused' ? 'error' : await run(message.request, say, signal);
    say({ type: 'ended', status });
  };
}
