import type { ConsoleEntry } from '../probe/entry.ts';
import { createProbe, type Probe } from '../probe/probe.ts';
import { confineGlobals } from './globals.ts';
import type { Surroundings } from './surroundings.ts';

/** Everything that was seen of one fence while it ran. */
export interface Observed {
  readonly entries: readonly ConsoleEntry[];
  /** What ended the program in this fence. */
  readonly thrown?: { readonly error: unknown };
  /** What a `throws` fence threw, as it should. */
  readonly expected?: { readonly error: unknown };
  readonly failedTests: readonly { readonly name: string; readonly error: unknown }[];
  /** Rejections that nobody handled, and errors thrown by callbacks. */
  readonly stray: readonly unknown[];
  /** It did not end in time. */
  readonly hung: boolean;
  /** The program was over before the fence was entered or left. */
  readonly missed: boolean;
}

export type Observation = Observed | { readonly skipped: string };

/** What a session needs of the modules of its program. */
export interface ProgramModules {
  /** Runs the entry. */
  run(): Promise<unknown>;
  /** The library's namespace, if the program imports it. */
  library?(): Promise<object>;
  /** Whether the fence runs in Node only, and sees Node's own environment. */
  isNode(fence: string): boolean;
}

export interface Session {
  readonly probe: Probe;
  readonly surroundings: Surroundings;
  /**
   * Lets the program go on through a section, and reports what happened in it.
   * @param begun told right before the program goes on
   */
  section(fence: string, begun?: () => void): Promise<Observation>;
  /** Runs a program that only imports a named file. */
  file(fence: string, begun?: () => void): Promise<Observation>;
  /** Takes away what the program has left. */
  dispose(): Promise<void>;
}

/** How long a fence may take, in milliseconds. It is generous: a fence of a page takes a few of them. */
const LIVE_FENCE_LIMIT = 10_000;

/** The same for a fence that runs in Node only. It may start programs: a compiler on a busy machine takes its time. */
export const NODE_FENCE_LIMIT = 60_000;

export function fenceLimit(isNode: boolean): number {
  return isNode ? NODE_FENCE_LIMIT : LIVE_FENCE_LIMIT;
}

/**
 * One run of a program, held at the beginning of each fence until that fence's test begins. The module of the program is
 * a real one: it waits in its own `await $$probe.enter(…)`.
 */
export function createSession(modules: () => ProgramModules, surroundings: Surroundings): Session {
  const entries: ConsoleEntry[] = [];
  const expected = new Map<string, { error: unknown }>();
  const failedTests: { fence: string; name: string; error: unknown }[] = [];
  let stray: unknown[] = [];
  const open = createGates();
  const left = createGates();
  let broken: string | undefined;
  let program: Promise<{ error: unknown } | 'ended'> | undefined;

  const probe = createProbe({
    write: (entry) => entries.push(entry),
    enter: (fence) => open.wait(fence),
    leave: (fence) => left.release(fence),
    threw: (fence, error) => expected.set(fence, { error }),
    tested: ({ fence, name, status }, error) => {
      if (status === 'fail') failedTests.push({ fence, name, error });
    },
    failed: (_, error) => stray.push(error),
  });

  const observe = async (fence: string, end: Promise<unknown>, begun?: () => void): Promise<Observation> => {
    if (broken !== undefined) return { skipped: broken };
    const { run, library, isNode } = modules();
    if (library) probe.watchPending(await library());
    await surroundings.prepare();
    stray = [];
    const { folder, env, database } = surroundings;
    const around = { node: isNode(fence), folder, env, reachable: database.address };
    const confined = confineGlobals(probe, around, (error) => stray.push(error));
    try {
      begun?.();
      open.release(fence);
      program ??= run().then(
        () => 'ended' as const,
        (error: unknown) => ({ error }),
      );
      const outcome = await confined.limit(
        fenceLimit(isNode(fence)),
        Promise.race([end.then(() => 'left' as const), program]),
      );
      await confined.turn();
      const ended = outcome === 'ended' || outcome === 'left';
      const thrown = ended || outcome === 'late' ? undefined : outcome;
      // An error in a file that the program imports is that file's own failure, and reported there.
      const culprit = probe.fence;
      if (!ended) broken = outcome === 'late' ? 'did not end' : 'failed';
      if (thrown && culprit !== '' && culprit !== fence) {
        broken = culprit;
        return { skipped: culprit };
      }
      if (broken !== undefined) broken = fence;
      return {
        entries: entries.filter((entry) => entry.fence === fence),
        thrown,
        expected: expected.get(fence),
        failedTests: failedTests.filter((test) => test.fence === fence),
        stray,
        hung: outcome === 'late',
        missed: outcome === 'ended' && !left.released(fence),
      };
    } finally {
      confined.restore();
    }
  };

  return {
    probe,
    surroundings,
    section: (fence, begun) => observe(fence, left.wait(fence), begun),
    // A file has no section of its own: it has run when the program that imports it is over.
    file: async (fence, begun) => {
      const observation = await observe(fence, new Promise(() => {}), begun);
      return 'skipped' in observation ? observation : { ...observation, missed: false };
    },
    dispose: () => surroundings.dispose(),
  };
}

function createGates() {
  const gates = new Map<string, PromiseWithResolvers<void> & { released: boolean }>();
  const gate = (fence: string) => {
    const known = gates.get(fence) ?? { ...Promise.withResolvers<void>(), released: false };
    gates.set(fence, known);
    return known;
  };
  return {
    wait: (fence: string) => gate(fence).promise,
    release: (fence: string) => {
      gate(fence).released = true;
      gate(fence).resolve();
    },
    released: (fence: string) => gate(fence).released,
  };
}
