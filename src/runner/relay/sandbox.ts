import type { CompiledProgram } from '../../compiler/program.ts';
import type { Binaries, KillReason, RunMessage, Supplies, ToFrame } from '../protocol/messages.ts';
import { readFromFrame } from '../protocol/read.ts';
import { createPulse, type Pulse } from '../pulse.ts';
import { type FrameParts, keepFrame, type SandboxFrame, send } from './sandbox-frame.ts';

/** Why a run was ended from outside: by the frame, or because the frame itself was lost. */
export type EndReason = KillReason | 'lost';

export interface SandboxListener {
  message(message: RunMessage): void;
  killed(reason: EndReason): void;
}

/** The sandboxed frame, made anew whenever it is lost. */
export interface Sandbox {
  /** Executes a program, and ends the one before. Rejects if no frame can be made. The signal ends it unheard. */
  run(program: CompiledProgram, supplies: Supplies, listener: SandboxListener, signal: AbortSignal): Promise<void>;
  /** Makes the frame and a spare Worker ready. A failure is met again, and reported, by the first run. */
  warm(): void;
}

export function createSandbox(parts: FrameParts): Sandbox {
  let current: Current | undefined;
  let last = 0;

  const end = () => {
    current?.pulse?.stop();
    current = undefined;
  };

  const start = async (running: Current) => {
    const opened = await frame.ready();
    if (current !== running) return;
    for (const [name, bytes] of Object.entries(running.binaries)) {
      if (opened.received.has(name)) continue;
      opened.received.add(name);
      send(opened, { type: 'binary', name, bytes });
    }
    running.pulse = createPulse(
      () => send(opened, { type: 'ping' }),
      () => lose(opened, running),
    );
    send(opened, running.request);
    running.pulse.start();
  };
  /** The frame's process is gone. The run is at fault only if the frame was alive when it began. */
  const lose = (lost: SandboxFrame, running: Current) => {
    frame.drop(lost);
    if (running.alive || running.restarted) {
      end();
      running.listener.killed('lost');
      return;
    }
    running.restarted = true;
    start(running).catch(() => {
      end();
      running.listener.killed('lost');
    });
  };

  const receive = (data: unknown) => {
    const message = readFromFrame(data);
    if (!message || !current) return;
    if (message.type === 'pong') {
      current.alive = true;
      current.pulse?.answered();
      return;
    }
    if (message.run !== current.request.run) return;
    const { listener } = current;
    if (message.type === 'killed' || message.message.type === 'ended') end();
    if (message.type === 'killed') listener.killed(message.reason);
    else listener.message(message.message);
  };
  const frame = keepFrame(parts, receive);

  return {
    run(program, { library, binaries, kept }, listener, signal) {
      end();
      const modules = program.modules.map(({ name, code }) => ({ name, code }));
      const request = {
        type: 'run',
        run: ++last,
        modules,
        library,
        binaries: Object.keys(binaries),
        target: program.target,
        kept,
      } as const;
      const running = { request, binaries, listener, pulse: undefined, alive: false, restarted: false };
      current = running;
      signal.addEventListener('abort', () => {
        if (current !== running) return;
        end();
        frame
          .current()
          ?.then((opened) => send(opened, { type: 'stop' }))
          .catch(() => undefined); // whoever asked for the frame heard
      });
      return start(running);
    },
    warm() {
      frame.ready().catch(() => undefined);
    },
  };
}

interface Current {
  readonly request: Extract<ToFrame, { type: 'run' }>;
  readonly binaries: Binaries;
  readonly listener: SandboxListener;
  pulse: Pulse | undefined;
  /** Whether the frame has answered since the run began. */
  alive: boolean;
  restarted: boolean;
}
