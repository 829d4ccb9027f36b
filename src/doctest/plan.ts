import { assemble, type ProgramSource } from '../compiler/index.ts';
import { isChosen } from '../extract/choices.ts';
import type { Fence, Page, StoreName } from '../extract/page.ts';
import type { FenceResult } from './failure.ts';

export interface RunStep {
  readonly fence: Fence;
  readonly program: string;
  /** The store that the program is made with, on a page with a choice. */
  readonly store?: StoreName;
  /** The program that runs the fence again, with what it has stored the first time, if it keeps that. */
  readonly again?: string;
}

/** A fence that is not run although it was meant to be, and what is said of it instead. */
export interface UnrunStep {
  readonly kind: 'unrun';
  readonly fence: Fence;
  readonly store?: StoreName;
  readonly result: FenceResult;
}

/** How one fence of a page is tested. */
export type Step =
  /** Shown and not run. */
  | { readonly kind: 'static'; readonly fence: Fence }
  /** Looked at by the type checker alone. */
  | { readonly kind: 'errors'; readonly fence: Fence }
  | UnrunStep
  /** A section of a program, which runs when the program comes to it. */
  | ({ readonly kind: 'section' } & RunStep)
  /** A named file: the program imports it and does nothing else. */
  | ({ readonly kind: 'file' } & RunStep)
  /** The checks of an exercise, which have to fail on its starter. */
  | ({ readonly kind: 'checks' } & RunStep)
  /** The solution of an exercise, which has to pass its checks. */
  | ({ readonly kind: 'solution'; readonly checks?: Fence } & RunStep);

export type RunningStep = Extract<Step, RunStep>;

export function isRunning(step: Step): step is RunningStep {
  return 'program' in step;
}

/** What there is to say of a fence that is not run. */
export function unrun(
  fence: Fence,
  store: StoreName | undefined,
  result: Pick<FenceResult, 'status' | 'reason' | 'failures'>,
): UnrunStep {
  return {
    kind: 'unrun',
    fence,
    store,
    result: { fence: fence.id, store, text: '', console: '', shown: [], ...result },
  };
}

export interface PagePlan {
  readonly steps: readonly Step[];
  /** By the keys that the steps name. */
  readonly programs: ReadonlyMap<string, ProgramSource>;
}

/**
 * Decides which programs test a page: one for each scope, each file, and each side of an exercise; and on a page with a
 * choice of store all of these for each store.
 */
export function planPage({ fences, stores }: Pick<Page, 'fences' | 'stores'>): PagePlan {
  const programs = new Map<string, ProgramSource>();
  if (stores.length === 0) return { steps: planFor(undefined, fences, programs), programs };
  const steps = stores.flatMap((store, index) => {
    const all = planFor(store, fences, programs);
    // What does not run is the same for every store.
    return index === 0 ? all : all.filter((step) => 'program' in step);
  });
  return { steps, programs };
}

function planFor(
  store: StoreName | undefined,
  fences: readonly Fence[],
  programs: Map<string, ProgramSource>,
): readonly Step[] {
  const part = (fence: Fence, name: string) =>
    fences.find(({ scope, exercise }) => scope === fence.scope && exercise?.part === name);
  const taking = store === undefined ? fences : fences.filter((fence) => isChosen(fence, store));

  return taking.map((fence): Step => {
    if (fence.mode === 'static') return { kind: 'static', fence };
    if (fence.errors) return { kind: 'errors', fence };
    const plan = (name: string, target: Fence, against?: 'starter' | 'solution') => {
      const program = store === undefined ? name : `${store}-${name}`;
      const options = { node: true, against, store };
      programs.set(program, assemble(fences, target.id, undefined, options));
      return { fence, program, store };
    };
    if (fence.file !== undefined && !fence.test) return { kind: 'file', ...plan(fence.id, fence) };
    // A later fence of the scope takes the program over: its own holds all those before it.
    if (!fence.exercise) {
      const again = fence.keeps && plan(`${fence.id}-again`, fence).program;
      return { kind: 'section', ...plan(`scope${fence.scope}`, fence), again };
    }

    const checks = part(fence, 'checks');
    const complete = checks && part(fence, 'starter') && part(fence, 'solution');
    const starter = `scope${fence.scope}-starter`;
    const solution = `scope${fence.scope}-solution`;
    switch (fence.exercise.part) {
      case 'starter':
        return { kind: 'section', ...(complete ? plan(starter, checks, 'starter') : plan(starter, fence)) };
      case 'checks':
        // Without the other parts there is nothing to check; the page's problem says what is missing.
        if (complete) return { kind: 'checks', ...plan(starter, checks, 'starter') };
        return unrun(fence, store, { status: 'skipped', reason: 'its exercise is not complete', failures: [] });
      default:
        if (!complete) return { kind: 'section', ...plan(solution, fence) };
        return { kind: 'solution', checks, ...plan(solution, checks, 'solution') };
    }
  });
}
