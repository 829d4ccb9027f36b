import {
  assemble,
  type CompiledProgram,
  CompileError,
  type CompileOptions,
  compile,
  type ProgramSource,
} from '../compiler/index.ts';
import type { Fence, Page, StoreName } from '../extract/page.ts';
import type { Failure } from './failure.ts';
import { isRunning, type PagePlan, type RunningStep, type Step, unrun } from './plan.ts';

/** A page's programs as far as they can run, and what is said of the fences that cannot. */
export interface CompiledPage {
  readonly steps: readonly Step[];
  readonly programs: ReadonlyMap<string, CompiledProgram>;
  /** The sources of the programs. */
  readonly running: ReadonlyMap<string, ProgramSource>;
  /** The same with the fences that do not run, wherever the type checker can read them. */
  readonly sources: ReadonlyMap<string, ProgramSource>;
  readonly uncompiled: ReadonlyMap<string, readonly Failure[]>;
  /** Failures to compile that belong to no fence that would say so. */
  readonly blameless: readonly Failure[];
}

/** What came of trying to compile a program: it can run, or fences of it are to blame. */
type Attempt =
  | { readonly program: CompiledProgram }
  | { readonly culprits: ReadonlySet<string>; readonly parses: boolean };

/**
 * Compiles the programs of a page. A fence that does not compile, or that was refused before, never runs; a program
 * then ends before it, so that the fences above it are tested as if it were not there.
 *
 * @param untyped the fences (by id) that the type checker has refused
 */
export function createCompiler(page: Page, options: CompileOptions, untyped: ReadonlySet<string>) {
  const { fences } = page;
  const byId = new Map(fences.map((fence) => [fence.id, fence]));
  const unknown = new Set(page.unknown.flatMap(({ fence }) => fence ?? []));
  const failures = new Map<string, Failure[]>();
  const isRefused = (id: string) => failures.has(id) || untyped.has(id) || unknown.has(id);

  const note = (error: CompileError) => {
    const failure = toFailure(error, byId.get(error.fence));
    const known = failures.get(error.fence) ?? [];
    const same = known.some(({ line, message }) => line === failure.line && message === failure.message);
    failures.set(error.fence, same ? known : [...known, failure]);
  };

  const attempt = (source: ProgramSource): Attempt => {
    try {
      const program = compile(source, options);
      const parts = program.modules.flatMap(({ segments }) => segments.map(({ fence }) => fence));
      const culprits = new Set(parts.filter(isRefused));
      return culprits.size > 0 ? { culprits, parses: true } : { program };
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      const all = [error, ...error.others];
      for (const each of all) note(each);
      return { culprits: new Set(all.map(({ fence }) => fence)), parses: error.problem !== 'syntax' };
    }
  };

  /** In the program of a whole scope, files are there that the reader has not come to yet: so look at this fence alone. */
  const importsLaterFile = ({ fence, store }: RunningStep): boolean => {
    if (!/['"]\.{1,2}\//.test(fence.code)) return false;
    try {
      compile(assembleFor(fence, store), options);
      return false;
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      if (error.problem !== 'import' || error.fence !== fence.id) return false;
      note(error);
      return true;
    }
  };
  const assembleFor = (fence: Fence, store: StoreName | undefined) =>
    assemble(fences, fence.id, undefined, { node: true, store });

  /** What is said of a fence that does not run: what is wrong with itself, or with another one. */
  const refuse = ({ fence, store }: RunningStep, culprits: ReadonlySet<string>): Step => {
    const own = failures.get(fence.id) ?? [];
    if (unknown.has(fence.id)) return unrun(fence, store, { status: 'unknown', failures: own });
    if (own.length > 0 || untyped.has(fence.id)) return unrun(fence, store, { status: 'uncompiled', failures: own });
    const culprit = fences.find(({ id }) => culprits.has(id));
    const reason =
      culprit === undefined
        ? 'its program does not compile'
        : `the snippet on line ${culprit.line} ${unknown.has(culprit.id) ? 'is not understood' : 'does not compile'}, and this one needs it`;
    return unrun(fence, store, { status: 'skipped', reason, failures: [] });
  };

  /** The sections of one program in their order, as far as they run. */
  const compileProgram = (steps: readonly RunningStep[], whole: ProgramSource) => {
    const unran = new Map<RunningStep, ReadonlySet<string>>();
    // Other programs are of one piece: without a part of it, an exercise is none.
    const divisible = steps.every(({ kind, fence }) => kind === 'section' && !fence.exercise);
    let readable: ProgramSource | undefined = whole;
    let end = steps.length;
    let source = whole;
    while (end > 0) {
      let tried = attempt(source);
      if ('program' in tried) {
        const early = divisible ? steps.slice(0, end).filter(importsLaterFile) : [];
        if (early.length === 0) return { program: tried.program, source, readable: readable ?? source, unran };
        tried = { culprits: new Set(early.map(({ fence }) => fence.id)), parses: true };
      }
      const { culprits, parses } = tried;
      if (!parses) readable = undefined;
      const first = steps.findIndex(({ fence }) => culprits.has(fence.id));
      // A file can be to blame that only the last of the fences imports: so try without that one.
      const until = !divisible ? 0 : first < 0 || first >= end ? end - 1 : first;
      for (const step of steps.slice(until, end)) unran.set(step, culprits);
      end = until;
      const last = steps[end - 1];
      if (last) source = assembleFor(last.fence, last.store);
    }
    return { readable, unran };
  };

  return {
    compile(plan: PagePlan): CompiledPage {
      const programs = new Map<string, CompiledProgram>();
      const running = new Map<string, ProgramSource>();
      const sources = new Map<string, ProgramSource>();
      const unran = new Map<Step, Step>();
      const stopped: [RunningStep, ReadonlySet<string>][] = [];
      for (const [key, whole] of plan.programs) {
        const steps = plan.steps.filter(isRunning).filter(({ program, again }) => program === key || again === key);
        const compiled = compileProgram(steps, whole);
        stopped.push(...compiled.unran);
        if (compiled.readable) sources.set(key, compiled.readable);
        if (!('program' in compiled) || !compiled.program) continue;
        programs.set(key, compiled.program);
        running.set(key, compiled.source);
      }
      // Only now is all known that is wrong with each of them.
      for (const [step, culprits] of stopped) unran.set(step, refuse(step, culprits));
      const steps = plan.steps.map((step) => unran.get(step) ?? step);
      const told = new Set(
        steps.flatMap((step) => (step.kind === 'unrun' && step.result.failures.length > 0 ? [step.fence.id] : [])),
      );
      return {
        steps,
        programs,
        running,
        sources,
        uncompiled: failures,
        blameless: [...failures].flatMap(([fence, own]) => (told.has(fence) ? [] : own)),
      };
    },
  };
}

function toFailure(error: CompileError, fence: Fence | undefined): Failure {
  return {
    kind: 'compile',
    line: (fence?.line ?? 1) + error.line - 1,
    column: (fence?.indent ?? 0) + error.column,
    message: error.message,
  };
}
