import {
  assemble,
  type CompiledProgram,
  CompileError,
  compile,
  type FenceClaim,
  type ProgramSource,
  readClaims,
} from '../compiler/index.ts';
import type { Fence, Page, StoreName } from '../extract/page.ts';
import type { Failure } from './failure.ts';
import { type ProgramNeeds, programNeeds } from './needs.ts';
import { planPage, type Step } from './plan.ts';

/** All that is known of a page before it runs. */
export interface PageData {
  readonly page: Page;
  readonly steps: readonly Step[];
  /** The programs that test the page, by key; in `programs` those that compile. */
  readonly sources: ReadonlyMap<string, ProgramSource>;
  readonly programs: ReadonlyMap<string, CompiledProgram>;
  /** Why programs did not compile, by their keys: the fence to blame, and what to say. */
  readonly broken: ReadonlyMap<string, { readonly fence: string; readonly failure: Failure }>;
  /** What the programs need of the machine, by their keys. */
  readonly needs: ReadonlyMap<string, ProgramNeeds>;
  /** By the fence's id. */
  readonly claims: ReadonlyMap<string, readonly FenceClaim[]>;
  /** What is wrong with the page itself. */
  readonly problems: readonly Failure[];
}

/** Vitest would take its own name for its own module, whatever a plugin says. */
export const TEST_MODULE = 'workbook:vitest';

export function preparePage(page: Page): PageData {
  const plan = planPage(page);
  const free = new Set(page.fences.filter(({ mode }) => mode === 'node').map(({ id }) => id));
  const programs = new Map<string, CompiledProgram>();
  const broken = new Map<string, { fence: string; failure: Failure }>();
  for (const [key, source] of plan.programs) {
    try {
      programs.set(key, compile(source, { free, rename: { vitest: TEST_MODULE } }));
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      broken.set(key, { fence: error.fence, failure: compileFailure(error, page.fences) });
    }
  }
  const steps = withoutRepeats(plan.steps, programs, page);
  const kept = new Set(steps.flatMap((step) => ('program' in step ? [step.program] : [])));
  const sources = new Map([...plan.programs].filter(([key]) => kept.has(key)));
  for (const key of programs.keys()) if (!kept.has(key)) programs.delete(key);
  const running = page.fences.filter(({ mode, errors }) => mode !== 'static' && !errors);
  const claims = new Map(running.map(({ id, code }) => [id, readClaims(code)]));
  return {
    page,
    steps,
    sources,
    programs,
    broken,
    needs: new Map([...sources].map(([key, source]) => [key, programNeeds(source, page.fences)])),
    claims,
    problems: [
      ...page.problems.map(({ line, message }): Failure => ({ kind: 'page', line, message })),
      ...running.flatMap((fence) => looseClaims(fence, claims.get(fence.id) ?? [])),
      ...steps.flatMap((step) =>
        step.kind === 'section' && !broken.has(step.program) && isOfDefault(step.store, page)
          ? importsOfLaterFiles(step.fence, page.fences, free)
          : [],
      ),
    ].sort((a, b) => a.line - b.line),
  };
}

function isOfDefault(store: StoreName | undefined, { stores }: Page): boolean {
  return store === undefined || store === stores[0];
}

/**
 * A program without any alternative of a choice is the same program for every store, and runs once. One that does not
 * compile may be another for each.
 */
function withoutRepeats(
  steps: readonly Step[],
  programs: ReadonlyMap<string, CompiledProgram>,
  page: Page,
): readonly Step[] {
  const alternatives = new Set(page.fences.filter(({ alternative }) => alternative).map(({ id }) => id));
  return steps.flatMap((step): Step[] => {
    if (!('program' in step) || step.store === undefined) return [step];
    const modules = programs.get(step.program)?.modules;
    if (!modules || modules.some(({ segments }) => segments.some(({ fence }) => alternatives.has(fence))))
      return [step];
    if (!isOfDefault(step.store, page)) return [];
    const { store: _, ...rest } = step;
    return [rest];
  });
}

function compileFailure(error: CompileError, fences: readonly Fence[]): Failure {
  const fence = fences.find(({ id }) => id === error.fence);
  return {
    kind: 'compile',
    line: (fence?.line ?? 1) + error.line - 1,
    column: (fence?.indent ?? 0) + error.column,
    message: error.message,
  };
}

/** In the program of a whole scope, files are there that the reader has not come to yet: so look at this fence's own. */
function importsOfLaterFiles(fence: Fence, fences: readonly Fence[], free: ReadonlySet<string>): Failure[] {
  if (fence.exercise || !/['"]\.{1,2}\//.test(fence.code)) return [];
  try {
    compile(assemble(fences, fence.id, undefined, { node: true }), { free });
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    if (error.problem === 'import' && error.fence === fence.id) return [compileFailure(error, fences)];
  }
  return [];
}

function looseClaims(fence: Fence, claims: readonly FenceClaim[]): Failure[] {
  return claims
    .filter(({ attached }) => !attached)
    .map(({ line, column }) => ({
      kind: 'value',
      line: fence.line + line - 1,
      column: fence.indent + column + 1,
      message: 'Nothing checks this `//=>`: it has to stand behind an expression that is a statement of its own.',
    }));
}
