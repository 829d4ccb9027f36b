import { type CompiledProgram, type FenceClaim, type ProgramSource, readClaims } from '../compiler/index.ts';
import type { Fence, Page, StoreName } from '../extract/page.ts';
import { createCompiler } from './compile-page.ts';
import type { Failure } from './failure.ts';
import { importRules } from './imports.ts';
import { type ProgramNeeds, programNeeds } from './needs.ts';
import { type Packages, packagesOf } from './packages.ts';
import { isRunning, planPage, type Step } from './plan.ts';

/** All that is known of a page before it runs. */
export interface PageData {
  readonly page: Page;
  /** The absolute path of the page. */
  readonly file: string;
  readonly packages: Packages;
  readonly steps: readonly Step[];
  /** What the type checker looks at, by the keys of programs: more than what runs, if it can be parsed. */
  readonly sources: ReadonlyMap<string, ProgramSource>;
  /** The programs that test the page, by key. */
  readonly programs: ReadonlyMap<string, CompiledProgram>;
  /** Why fences do not compile, by their ids. */
  readonly uncompiled: ReadonlyMap<string, readonly Failure[]>;
  /** What the programs need of the machine, by their keys. */
  readonly needs: ReadonlyMap<string, ProgramNeeds>;
  /** By the fence's id. */
  readonly claims: ReadonlyMap<string, readonly FenceClaim[]>;
  /** What is wrong with the page itself. */
  readonly problems: readonly Failure[];
}

/** Vitest would take its own name for its own module, whatever a plugin says. */
export const TEST_MODULE = 'workbook:vitest';

/**
 * Plans and compiles what tests a page.
 *
 * @param file the absolute path of the page, from whose folder it imports
 * @param untyped the fences (by id) that the type checker has refused: nothing of them is to run
 */
export function preparePage(page: Page, file: string, untyped: ReadonlySet<string> = new Set()): PageData {
  const plan = planPage(page);
  const packages = packagesOf(file);
  const compiler = createCompiler(
    page,
    { imports: importRules(page.fences, packages), rename: { vitest: TEST_MODULE } },
    untyped,
  );
  const { steps: all, programs, sources, running, uncompiled, blameless } = compiler.compile(plan);
  const steps = withoutRepeats(all, programs, page);
  const runs = steps.filter(isRunning);
  const kept = new Set(runs.map(({ program }) => program));
  const again = new Set(runs.map((step) => step.again));
  const left = <T>(map: ReadonlyMap<string, T>) => new Map([...map].filter(([key]) => kept.has(key) || again.has(key)));
  const tested = page.fences.filter(({ mode, errors }) => mode !== 'static' && !errors);
  const claims = new Map(tested.map(({ id, code }) => [id, readClaims(code)]));
  return {
    page,
    file,
    packages,
    steps,
    // What runs again has been looked at with what runs first.
    sources: new Map([...sources].filter(([key]) => (kept.has(key) || !programs.has(key)) && !again.has(key))),
    programs: left(programs),
    uncompiled,
    needs: new Map([...left(running)].map(([key, source]) => [key, programNeeds(source, page.fences)])),
    claims,
    problems: [
      ...page.problems.map(({ line, message }): Failure => ({ kind: 'page', line, message })),
      ...tested.flatMap((fence) => looseClaims(fence, claims.get(fence.id) ?? [])),
      ...blameless,
    ].sort((a, b) => a.line - b.line),
  };
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
    if (!isRunning(step) || step.store === undefined) return [step];
    const modules = programs.get(step.program)?.modules;
    if (!modules || modules.some(({ segments }) => segments.some(({ fence }) => alternatives.has(fence))))
      return [step];
    if (!isOfDefault(step.store, page)) return [];
    const { store: _, ...rest } = step;
    return [rest];
  });
}

function isOfDefault(store: StoreName | undefined, { stores }: Page): boolean {
  return store === undefined || store === stores[0];
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
