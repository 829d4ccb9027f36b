import { assemble, type ProgramSource } from '../compiler/index.ts';
import type { Fence, Page } from '../extract/page.ts';

/** How one fence of a page is tested. */
export type Step =
  /** Shown and not run. */
  | { readonly kind: 'static'; readonly fence: Fence }
  /** Looked at by the type checker alone. */
  | { readonly kind: 'errors'; readonly fence: Fence }
  /** A section of a program, which runs when the program comes to it. */
  | { readonly kind: 'section'; readonly fence: Fence; readonly program: string }
  /** A named file: the program imports it and does nothing else. */
  | { readonly kind: 'file'; readonly fence: Fence; readonly program: string }
  /** The checks of an exercise, which have to fail on its starter. */
  | { readonly kind: 'checks'; readonly fence: Fence; readonly program: string }
  /** The solution of an exercise, which has to pass its checks. */
  | { readonly kind: 'solution'; readonly fence: Fence; readonly program: string; readonly checks?: Fence };

export interface PagePlan {
  readonly steps: readonly Step[];
  /** By the keys that the steps name. */
  readonly programs: ReadonlyMap<string, ProgramSource>;
}

/** Decides which programs test a page: one for each scope, each file, and each side of an exercise. */
export function planPage({ fences }: Pick<Page, 'fences'>): PagePlan {
  const programs = new Map<string, ProgramSource>();
  const part = (fence: Fence, name: string) =>
    fences.find(({ scope, exercise }) => scope === fence.scope && exercise?.part === name);

  const steps = fences.map((fence): Step => {
    if (fence.mode === 'static') return { kind: 'static', fence };
    if (fence.errors) return { kind: 'errors', fence };
    const plan = (program: string, target: Fence, against?: 'starter' | 'solution') => {
      const options = { node: true, ...(against ? { against } : {}) };
      programs.set(program, assemble(fences, target.id, undefined, options));
      return { fence, program };
    };
    if (fence.file !== undefined && !fence.test) return { kind: 'file', ...plan(fence.id, fence) };
    // A later fence of the scope takes the program over: its own holds all those before it.
    if (!fence.exercise) return { kind: 'section', ...plan(`scope${fence.scope}`, fence) };

    const checks = part(fence, 'checks');
    const complete = checks && part(fence, 'starter') && part(fence, 'solution');
    const starter = `scope${fence.scope}-starter`;
    const solution = `scope${fence.scope}-solution`;
    switch (fence.exercise.part) {
      case 'starter':
        return { kind: 'section', ...(complete ? plan(starter, checks, 'starter') : plan(starter, fence)) };
      case 'checks':
        // Without the other parts there is nothing to check; the page's problem says what is missing.
        return complete ? { kind: 'checks', ...plan(starter, checks, 'starter') } : { kind: 'static', fence };
      default:
        if (!complete) return { kind: 'section', ...plan(solution, fence) };
        return { kind: 'solution', checks, ...plan(solution, checks, 'solution') };
    }
  });
  return { steps, programs };
}
