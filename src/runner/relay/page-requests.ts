import type { ErrorReport } from '../../probe/entry.ts';
import type { FromRelay, RunMessage, ToRelay } from '../protocol/messages.ts';
import type { Refused } from '../protocol/read.ts';
import type { RequestParts } from './execution.ts';
import { unavailable } from './failure.ts';

/** Carries out what the page asks for. A run that was stopped or replaced says nothing more. */
export function createPageRequests({ compiler, execute, explain, going, post }: RequestParts<FromRelay>) {
  let last: number | undefined;

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
    const fail = (error: ErrorReport) => {
      say({ type: 'error', error });
      say({ type: 'ended', status: 'error' });
    };
    if (message.type === 'refused') return fail(unavailable(message.reason));
    const { request } = message;
    try {
      const program = 'program' in request ? request.program : await compiler.compile(request.source, signal);
      say({ type: 'ended', status: await execute(program, say, signal, request.kept) });
    } catch (error) {
      fail(explain(error));
    }
  };
}
