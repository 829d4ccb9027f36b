import type { ExercisePart, FenceMode, StoreName } from './page.ts';
import { isStoreName } from './stores.ts';

/** What a fence's info string says about it. */
export interface Attributes {
  readonly mode: FenceMode;
  readonly reason?: string;
  readonly throws?: string | true;
  readonly errors?: readonly number[];
  readonly file?: string;
  readonly store?: StoreName;
  readonly keeps?: true;
  readonly test: boolean;
  readonly startsScope: boolean;
  readonly exercise?: { readonly id: string; readonly part: ExercisePart };
  /** Whether something is said that has no meaning here, which may be that the fence must not be run. */
  readonly unknown: boolean;
}

const KNOWN: Readonly<Record<string, string>> = {
  static: 'static="why it does not run"',
  node: 'node="why it runs in Node only"',
  throws: 'throws, throws=CODE or throws="part of the message"',
  errors: 'errors=2345 (TypeScript error codes, with commas between)',
  file: 'file=dog.ts',
  store: 'store=memory, store=sqlite or store=postgres (of a choice of store), or store=keep (rows outlive the run)',
  test: 'test',
  scope: 'scope',
  exercise: 'exercise=starter, exercise=checks or exercise=solution',
  id: 'id=name (of an exercise)',
};

/** The one value of `store` that names no store. */
const KEEP = 'store=keep';

/** Pairs that contradict each other, each with the reason that an author reads. */
const CONFLICTS: readonly (readonly [string, string, string])[] = [
  ['static', 'node', 'a fence that runs in Node is not static'],
  ['static', 'throws', 'a static fence is not run, so it throws nothing'],
  ['static', 'errors', 'a fence that must not compile is never run anyway'],
  ['static', 'file', 'a static fence is not part of the program, so nothing can import it'],
  ['static', 'test', 'a static fence is not run'],
  ['static', 'scope', 'a static fence is not part of any scope'],
  ['static', 'exercise', 'the parts of an exercise are run'],
  ['errors', 'throws', 'a fence that must not compile is never run'],
  ['errors', 'node', 'a fence that must not compile is never run'],
  ['errors', 'exercise', 'the parts of an exercise are run'],
  ['file', 'exercise', 'an exercise has one scope of its own'],
  ['test', 'exercise', 'the checks of an exercise may use the test runner as they are'],
  ['store', 'static', 'the alternatives of a choice are run'],
  ['store', 'node', 'the reader chooses in the browser'],
  ['store', 'errors', 'the alternatives of a choice are run'],
  ['store', 'throws', 'every import of an alternative would throw'],
  ['store', 'test', 'an alternative is a file that the rest of the page imports'],
  ['store', 'exercise', 'an exercise has one scope of its own'],
  ['store', 'scope', 'every alternative of a choice belongs to the same scope'],
  [KEEP, 'static', 'a static fence is not run, so it stores nothing'],
  [KEEP, 'node', 'the rows are kept in the reader’s browser'],
  [KEEP, 'errors', 'a fence that must not compile is never run'],
  [KEEP, 'file', 'what the reader runs keeps its rows, and a file is only imported by it'],
  [KEEP, 'test', 'a test begins with an empty store'],
  [KEEP, 'exercise', 'the checks of an exercise begin with an empty store'],
  ['scope', 'exercise', 'an exercise has a scope of its own'],
  ['scope', 'test', 'a test file has a scope of its own'],
  ['exercise', 'node', 'an exercise runs in the browser'],
  ['exercise', 'throws', 'the checks expect an error with expect(…).toThrow()'],
];

const FILE_NAME = /^[\w-]+(?:[./][\w-]+)*\.ts$/;
const ERROR_CODES = /^\d{4,5}(?:,\d{4,5})*$/;

/** Reads the part of an info string after the language. Complaints do not stop the reading. */
export function readAttributes(meta: string, complain: (message: string) => void): Attributes {
  const { given, unknown } = tokenise(withoutLineMarks(meta, complain), complain);
  const value = (name: string) => given.get(name) ?? '';
  const keeps = value('store') === 'keep';
  const has = (name: string) => (name === KEEP ? keeps : given.has(name) && !(name === 'store' && keeps));

  for (const [one, other, why] of CONFLICTS) {
    if (has(one) && has(other)) complain(`\`${one}\` and \`${other}\` exclude each other: ${why}.`);
  }
  for (const flag of ['test', 'scope']) {
    if (value(flag) !== '') complain(`\`${flag}\` takes no value, but says ${JSON.stringify(value(flag))}.`);
  }

  const mode: FenceMode = has('static') ? 'static' : has('node') ? 'node' : 'live';
  const reason = mode === 'live' ? '' : value(mode).trim();
  if (mode !== 'live' && reason === '') complain(`\`${mode}\` needs a reason: ${KNOWN[mode]}.`);

  const file = has('file') ? value('file') : undefined;
  if (file !== undefined && !FILE_NAME.test(file)) {
    complain(`\`file=${file}\` is not the name of a TypeScript file: write it like file=dog.ts.`);
  }
  if (has('errors') && !ERROR_CODES.test(value('errors'))) {
    complain(`\`errors\` needs the error codes that the compiler must report: ${KNOWN.errors}.`);
  }
  const test = has('test') || (file?.endsWith('.test.ts') ?? false);
  if (file !== undefined && !test && has('throws')) {
    complain('Every import of this file would throw, so it cannot be expected to: throw in a fence that imports it.');
  }
  const store = has('store') ? readStore(value('store'), file, complain) : undefined;
  const exercise = has('exercise') ? readExercise(value('exercise'), value('id'), complain) : undefined;
  if (has('id') && !has('exercise')) complain('`id` names an exercise, and this fence is not part of one.');

  return {
    mode,
    reason: reason || undefined,
    throws: has('throws') ? value('throws') || true : undefined,
    errors: has('errors') ? value('errors').split(',').map(Number) : undefined,
    file,
    store,
    keeps: keeps || undefined,
    test,
    startsScope: has('scope'),
    exercise,
    unknown,
  };
}

/** Other tools mark lines so (`{1,3-5}`): it has no place here, and says nothing about whether the code can run. */
function withoutLineMarks(meta: string, complain: (message: string) => void): string {
  return meta.replaceAll(/(?<=^|\s)\{[\d\s,.:-]*\}(?=\s|$)/g, (marks) => {
    complain(`\`${marks}\` marks lines in other tools, and nothing here reads it: leave it out.`);
    return '';
  });
}

/** Only a file that something can import is an alternative. */
function readStore(name: string, file: string | undefined, complain: (message: string) => void): StoreName | undefined {
  if (!isStoreName(name)) {
    complain(`There is no store ${JSON.stringify(name)} to choose: write ${KNOWN.store}.`);
    return undefined;
  }
  if (file === undefined) {
    complain(
      '`store` needs a `file`: the alternatives of a choice are one named file, which the rest of the page imports.',
    );
  } else if (file.endsWith('.test.ts')) {
    complain(`\`store\` and \`file=${file}\` exclude each other: nothing imports a test file.`);
    return undefined;
  }
  return name;
}

function readExercise(part: string, id: string, complain: (message: string) => void): Attributes['exercise'] {
  if (part !== 'starter' && part !== 'checks' && part !== 'solution') {
    complain(`There is no part ${JSON.stringify(part)} of an exercise: write ${KNOWN.exercise}.`);
    return undefined;
  }
  return { id: id || 'exercise', part };
}

/** `name`, `name=bare` and `name="quoted"`, in any order. */
function tokenise(meta: string, complain: (message: string) => void) {
  const given = new Map<string, string>();
  let unknown = false;
  const token = /\s*([^\s=]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\s"']*)))?(?=\s|$)/y;
  const text = meta.trimEnd();
  while (token.lastIndex < text.length) {
    const start = token.lastIndex;
    const match = token.exec(text);
    const name = match?.[1];
    if (!match || name === undefined) {
      complain(`The attributes cannot be read from here on: ${text.slice(start).trim()}`);
      unknown = true;
      break;
    }
    if (!Object.hasOwn(KNOWN, name)) {
      complain(`There is no attribute \`${name}\`. The attributes are: ${Object.values(KNOWN).join('; ')}.`);
      unknown = true;
    } else if (given.has(name)) {
      complain(`The attribute \`${name}\` is given twice.`);
    } else {
      given.set(name, match[2] ?? match[3] ?? match[4] ?? '');
    }
  }
  return { given, unknown };
}
