import { isChosen } from '../extract/choices.ts';
import type { Fence, StoreName } from '../extract/page.ts';
import { PROBE, type ProgramSource, type Segment, type SourceModule } from './program.ts';

export interface AssembleOptions {
  /** What the checks of an exercise are run against. The reader's own work is an edit of the starter. */
  readonly against?: 'starter' | 'solution';
  /** Whether fences that run in Node only take part. By default, if the target is one. */
  readonly node?: boolean;
  /** The store that is chosen on the page. A target that is an alternative itself is always the chosen one. */
  readonly store?: StoreName;
}

/** The module that the fences of a scope make up. Its names are not exported: only named files are imported. */
export const SCOPE_MODULE = '/program.ts';

/**
 * Puts a program together: the target's scope up to and including the target, and the page's named files as they stand
 * there. Every line keeps the number that it has in the Markdown file, unless an edit (or the order of an exercise) needs
 * more room; the `segments` tell in any case. The lines of a fence's opening and closing carry the calls of the probe.
 *
 * @param edits the reader's versions of fences, by id
 * @throws if there is no such fence, or if it is `static`
 */
export function assemble(
  fences: readonly Fence[],
  target: string,
  edits: ReadonlyMap<string, string> = new Map(),
  { against = 'starter', node, store }: AssembleOptions = {},
): ProgramSource {
  const index = fences.findIndex(({ id }) => id === target);
  const fence = fences[index];
  if (!fence) throw new Error(`There is no fence ${target} to assemble a program for.`);
  if (fence.mode === 'static') throw new Error(`The fence ${target} is static: it is shown and never run.`);

  const edited = fences.slice(0, index + 1).map((each) => ({ ...each, code: edits.get(each.id) ?? each.code }));
  const chosen = fence.alternative?.store ?? store;
  const available = edited.filter(
    (each) => each.id === target || (isChosen(each, chosen) && takesPart(each, node ?? fence.mode === 'node')),
  );
  const files = new Map<string, Fence>();
  for (const each of available) {
    if (each.file === undefined || each.test) continue;
    files.delete(each.file); // a file that comes again stands where it came last
    files.set(each.file, each);
  }
  const isFile = fence.file !== undefined && !fence.test;
  const entry: SourceModule = isFile
    ? layOut(SCOPE_MODULE, [], `import ${JSON.stringify(`./${fence.file}`)};`)
    : layOut(entryName(fence), sections(fences, fence, available, edits, against));
  return {
    target,
    modules: [...[...files].map(([name, file]) => layOutFile(`/${name}`, file)), entry],
  };
}

function takesPart({ errors, mode }: Fence, node: boolean): boolean {
  return errors === undefined && (mode === 'live' || (mode === 'node' && node));
}

function entryName(fence: Fence): string {
  if (!fence.test) return SCOPE_MODULE;
  return fence.file === undefined ? `/${fence.id}.test.ts` : `/${fence.file}`;
}

function sections(
  fences: readonly Fence[],
  target: Fence,
  available: readonly Fence[],
  edits: ReadonlyMap<string, string>,
  against: 'starter' | 'solution',
): readonly Fence[] {
  const own = available.filter((each) => each.scope === target.scope && (each.file === undefined || each.test));
  if (target.exercise?.part !== 'checks') {
    // A solution stands alone: it replaces the starter.
    return target.exercise ? own.filter(({ id }) => id === target.id) : own;
  }
  const tested = fences.find(({ scope, exercise }) => scope === target.scope && exercise?.part === against);
  if (!tested) throw new Error(`The exercise of fence ${target.id} has no ${against} to check.`);
  const checks = own.filter(({ id }) => id === target.id);
  return [{ ...tested, code: edits.get(tested.id) ?? tested.code }, ...checks];
}

/** The module of a scope or of a test file. */
function layOut(name: string, fences: readonly Fence[], prelude = ''): SourceModule {
  const page = createLines();
  const segments: Segment[] = [];
  page.put(1, `import $$probe from ${JSON.stringify(PROBE)};${prelude}`);
  let end = 0;
  for (const fence of fences) {
    // A line of its own for what opens and what closes each fence, as in the Markdown file.
    const line = Math.max(fence.line, end + 2);
    const id = JSON.stringify(fence.id);
    const [before, after] = brackets(fence, id);
    page.put(line - 1, `;await $$probe.enter(${id});${before}`);
    const count = page.putCode(line, fence.code);
    segments.push({ fence: fence.id, line, count });
    end = line + count;
    page.put(end, after);
  }
  page.put(Math.max(end, 1), ';await $$probe.end();');
  return { name, source: page.text(), segments };
}

/** What stands around the code of a fence whose names are its own. */
function brackets(fence: Fence, id: string): readonly [string, string] {
  // The tests of a test file fail after it has run, and without any help.
  if (fence.throws !== undefined && !fence.test) {
    return ['try {', `;$$probe.notThrown(${id}); } catch ($$error) { $$probe.threw(${id}, $$error); }`];
  }
  // Code that must not compile is looked at alone: a name that the scope has already is not what it is about.
  const block = fence.errors !== undefined && !/^\s*(?:import|export)\b/m.test(fence.code) && !fence.test;
  return block ? ['{', '}'] : ['', ''];
}

function layOutFile(name: string, fence: Fence): SourceModule {
  const page = createLines();
  const line = Math.max(fence.line, 2);
  const id = JSON.stringify(fence.id);
  page.put(1, `import $$probe from ${JSON.stringify(PROBE)};`);
  page.put(line - 1, `;$$probe.file(${id});`);
  const count = page.putCode(line, fence.code);
  page.put(line + count, `;$$probe.fileEnd(${id});`);
  return { name, source: page.text(), segments: [{ fence: fence.id, line, count }] };
}

function createLines() {
  const lines: string[] = [];
  const put = (line: number, text: string) => {
    while (lines.length < line) lines.push('');
    lines[line - 1] += text;
  };
  return {
    put,
    /** Returns the number of lines. */
    putCode(line: number, code: string): number {
      const parts = code.split(/\r\n|\r|\n/);
      for (const [index, part] of parts.entries()) put(line + index, part);
      return parts.length;
    },
    text: () => `${lines.join('\n')}\n`,
  };
}
