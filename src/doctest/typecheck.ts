import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assemble, CompileError, type ProgramSource, type SourceModule } from '../compiler/index.ts';
import { parseModule } from '../compiler/parse.ts';
import { nearestPlace } from '../compiler/place.ts';
import type { Fence } from '../extract/page.ts';
import type { Failure, FenceResult } from './failure.ts';
import { LIBRARY, layOutPackages, type Packages } from './packages.ts';
import type { PageData } from './page-data.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
const own = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** What the compiler said of one module of a page. */
interface Diagnostic {
  readonly line: number;
  readonly column: number;
  readonly code: number;
  readonly message: string;
}

/** What the compiler made of a page. */
export interface TypeReport {
  readonly failures: readonly Failure[];
  /** What it says of the fences that it has to refuse. It is recorded, since a reader learns from the words. */
  readonly refusals: readonly FenceResult[];
  /** The fences (by id) that have type errors and should have none: they must not run. */
  readonly untyped: ReadonlySet<string>;
}

export const NOTHING_WRONG: TypeReport = { failures: [], refusals: [], untyped: new Set() };

/** A program that the compiler looks at. */
interface Subject {
  readonly data: PageData;
  readonly source: ProgramSource;
  /** The fence whose errors are wanted; those of the fences before it are found elsewhere. */
  readonly wanted?: Fence;
}

/** Declared twice; redeclared; duplicate identifier; duplicate function: compiling has said it in a sentence. */
const DUPLICATES = new Set([2300, 2451, 2393, 2528]);
/** Cannot find the module; has no declared type: compiling has said which modules there are. */
const MODULES = new Set([2307, 7016]);

/**
 * Type-checks all pages in one run of `tsc`, by way of modules in a folder of the cache. Apart from it, at the same time,
 * go pages with snippets for Node, which see Node's types, and `errors` fences that cannot even be parsed: once `tsc`
 * has found one of those, it looks at no types.
 * @returns reports by the absolute path of their page
 */
export async function typeCheck(pages: readonly PageData[]): Promise<ReadonlyMap<string, TypeReport>> {
  const subjects = pages.flatMap(subjectsOf);
  const sound = subjects.flatMap(readable);
  const groups = [
    ...Map.groupBy(sound, ({ data }) => `${isNode(data)} ${placeOf(data.packages)}`).values(),
    // What must not compile is read as a whole.
    ...subjects.filter((subject) => subject.wanted && !parses(subject.source)).map((subject) => [subject]),
  ];
  const checked = (await Promise.all(groups.map(check))).flat();
  return new Map(
    pages.map((data) => {
      const own = checked.filter(({ subject }) => subject.data === data);
      const refused = refusedFences(data, own);
      const refusals = refused.map((each) => ({ ...refusal(each), failures: missingErrors(each, data) }));
      const found = own.flatMap(judge);
      const failures = unique([
        ...found.map(({ failure }) => failure),
        ...refusals.flatMap((refusal) => refusal.failures),
      ]);
      const untyped = new Set(found.map(({ fence }) => fence));
      return [data.file, { failures, refusals, untyped }];
    }),
  );
}

function isNode({ page }: PageData): boolean {
  return page.fences.some(({ mode }) => mode === 'node');
}

/** Pages of other projects are checked with the packages that they have there. */
function placeOf({ own, folders, self }: Packages): string {
  return own ? '' : JSON.stringify([folders, self?.folder]);
}

/**
 * What the compiler can read of a subject. A file that it cannot read is reported by itself, and is left out: nothing
 * that runs imports it.
 */
function readable(subject: Subject): Subject[] {
  if (parses(subject.source)) return [subject];
  const entry = subject.source.modules.at(-1);
  if (subject.wanted || !entry || !parsesAlone(entry)) return [];
  return [{ ...subject, source: { ...subject.source, modules: subject.source.modules.filter(parsesAlone) } }];
}

function parses({ modules }: ProgramSource): boolean {
  return modules.every(parsesAlone);
}

/** Names that are declared twice parse well enough for the compiler. */
function parsesAlone(module: SourceModule): boolean {
  try {
    parseModule(module);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return error.problem !== 'syntax';
  }
  return true;
}

interface Checked {
  readonly subject: Subject;
  readonly module: SourceModule;
  readonly found: Diagnostic[];
}

/** All subjects see the same packages, and all or none of them Node's types. */
async function check(subjects: readonly Subject[]): Promise<readonly Checked[]> {
  const [first] = subjects;
  if (!first) return [];
  const { packages } = first.data;
  const base = await makeBase(packages);
  try {
    const folder = packages.own ? base : layOutPackages(base, packages);
    const modules = new Map<string, Checked>();
    for (const [index, subject] of subjects.entries()) {
      for (const module of subject.source.modules) {
        const path = join(folder, String(index), module.name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, module.source);
        modules.set(path, { subject, module, found: [] });
      }
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings(isNode(first.data), packages), null, 2));
    for (const { path, ...diagnostic } of await runTsc(folder)) modules.get(path)?.found.push(diagnostic);

    return [...modules.values()];
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

/** Within the project, its own packages are found from there; beside it, none that a page has not got. */
async function makeBase({ own }: Packages): Promise<string> {
  if (!own) return await realpath(await mkdtemp(join(tmpdir(), 'doctest-types-')));
  const cache = join(ROOT, '.cache', 'doctest');
  await mkdir(cache, { recursive: true });
  return await mkdtemp(join(cache, 'types-'));
}

function subjectsOf(data: PageData): Subject[] {
  const { page, sources } = data;
  const { fences } = page;
  const running = [...sources].map(([key, source]): Subject => {
    // A starter need not have what its checks ask for: that is one way to fail them.
    const checks = fences.find(({ id, exercise }) => id === source.target && exercise?.part === 'checks');
    const starter = fences.find(({ scope, exercise }) => scope === checks?.scope && exercise?.part === 'starter');
    const alone = starter && key.endsWith('-starter');
    return { data, source: alone ? assemble(fences, starter.id) : source };
  });
  const wanted = fences
    .filter(({ errors }) => errors)
    .map((fence): Subject => ({ data, source: assemble(fences, fence.id, undefined, { node: true }), wanted: fence }));
  // In the browser, live snippets do without those for Node: no name may come from one of them.
  const scopes = new Set(fences.filter(({ mode }) => mode === 'node').map(({ scope }) => scope));
  const browser = [...scopes].flatMap((scope): Subject[] => {
    const last = fences.findLast((fence) => fence.scope === scope && fence.mode === 'live' && !fence.errors);
    return last ? [{ data, source: assemble(fences, last.id) }] : [];
  });
  return [...running, ...wanted, ...browser];
}

function settings(node: boolean, packages: Packages) {
  const library = packages.own || !packages.has('eventsourcing');
  return {
    compilerOptions: {
      target: 'ES2022',
      lib: ['ES2024', 'ESNext.Decorators', 'ESNext.Disposable'],
      module: 'preserve',
      moduleResolution: 'bundler',
      moduleDetection: 'force',
      allowImportingTsExtensions: true,
      noEmit: true,
      strict: true,
      isolatedModules: true,
      skipLibCheck: true,
      types: node ? ['node'] : [],
      typeRoots: [join(ROOT, 'node_modules', '@types')],
      paths: {
        ...(library ? LIBRARY_TYPES : {}),
        vitest: [own('./types/vitest.d.ts')],
        'node:assert/strict': [own('../probe/assert.ts')],
        'workbook:probe': [own('./types/probe.d.ts')],
      },
    },
    include: ['.'],
    files: node ? [] : [own('./types/globals.d.ts')],
  };
}

const LIBRARY_TYPES = {
  eventsourcing: [join(LIBRARY, 'dist', 'index.d.ts')],
  'eventsourcing/*': [join(LIBRARY, 'dist', '*', 'index.d.ts')],
};

const DIAGNOSTIC = /^(.+?)\((\d+),(\d+)\): error TS(\d+): (.*)$/;

async function runTsc(folder: string): Promise<(Diagnostic & { path: string })[]> {
  const { code, output } = await new Promise<{ code: number | null; output: string }>((settle, reject) => {
    const child = spawn(process.execPath, [TSC, '-p', folder, '--pretty', 'false'], { cwd: folder });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => settle({ code, output }));
  });
  const found: (Diagnostic & { path: string })[] = [];
  for (const line of output.split('\n')) {
    const [, path, row, column, number, message] = DIAGNOSTIC.exec(line) ?? [];
    const last = found.at(-1);
    if (path !== undefined && message !== undefined) {
      found.push({
        path: resolve(folder, path),
        line: Number(row),
        column: Number(column),
        code: Number(number),
        message,
      });
    } else if (last && /^\s+\S/.test(line)) {
      found[found.length - 1] = { ...last, message: `${last.message}\n${line}` };
    } else if (/error TS\d+/.test(line)) {
      throw new Error(`The type check could not be made: ${line}`);
    }
  }
  if (code !== 0 && found.length === 0)
    throw new Error(`The type check could not be made. tsc ended with ${code}:\n${output}`);
  return found;
}

/** The errors of fences that should have none. */
function judge({ subject: { data, wanted }, module, found }: Checked): { fence: string; failure: Failure }[] {
  if (wanted) return [];
  return found.flatMap((diagnostic) => {
    const failure = toFailure(diagnostic, module, data);
    const { fence } = nearestPlace(module.segments, diagnostic.line, diagnostic.column);
    const said = data.uncompiled.get(fence) ?? [];
    // What compiling has found already is not said again, in other words.
    const known = said.some(({ line }) => line === failure.line);
    const named = said.length > 0 && (DUPLICATES.has(diagnostic.code) || MODULES.has(diagnostic.code));
    return known || named ? [] : [{ fence, failure }];
  });
}

function toFailure({ line, column, code, message }: Diagnostic, module: SourceModule, { page }: PageData): Failure {
  const place = nearestPlace(module.segments, line, column);
  const fence = page.fences.find(({ id }) => id === place.fence);
  return {
    kind: 'type',
    line: (fence?.line ?? 1) + place.line - 1,
    column: (fence?.indent ?? 0) + place.column,
    message: `${message} (TS${code})`,
  };
}

/** An `errors` fence, and what the compiler says of it. */
interface Refused {
  readonly fence: Fence;
  readonly found: readonly { readonly module: SourceModule; readonly diagnostic: Diagnostic }[];
}

function refusedFences(data: PageData, checked: readonly Checked[]): Refused[] {
  return data.page.fences
    .filter(({ errors }) => errors)
    .map((fence) => ({
      fence,
      found: checked
        .filter(({ subject }) => subject.wanted === fence)
        .flatMap(({ module, found }) => found.map((diagnostic) => ({ module, diagnostic })))
        .filter(({ module, diagnostic }) => nearestPlace(module.segments, diagnostic.line, 1).fence === fence.id),
    }));
}

/** Holds an `errors` fence to exactly the codes that it names. */
function missingErrors({ fence, found }: Refused, data: PageData): Failure[] {
  const expected = fence.errors ?? [];
  const codes = new Set(found.map(({ diagnostic }) => diagnostic.code));
  const absent = expected.filter((code) => !codes.has(code));
  const failures = found
    .filter(({ diagnostic }) => !expected.includes(diagnostic.code))
    .map(({ module, diagnostic }): Failure => {
      const failure = toFailure(diagnostic, module, data);
      return { ...failure, message: `The fence expects ${list(expected)}, and not this: ${failure.message}` };
    });
  if (absent.length === 0) return failures;
  const message = `The fence should not compile, with ${list(absent)}, and the compiler does not report it.`;
  return [{ kind: 'type', line: fence.line - 1, message }, ...failures];
}

function refusal({ fence, found }: Refused): Omit<FenceResult, 'failures'> {
  const said = found.map(({ diagnostic: { code, message } }) => `TS${code}: ${withoutPaths(message)}`);
  return { fence: fence.id, status: 'error', text: said.join('\n'), shown: [], console: '' };
}

/** The compiler writes `import("/home/…/index").Dog` for a type whose name does not say where it is from. */
function withoutPaths(message: string): string {
  return message.replaceAll(/import\("[^"]*"\)\./g, '');
}

function list(codes: readonly number[]): string {
  return codes.map((code) => `TS${code}`).join(', ');
}

/** A file is part of many programs, and its errors are the same in each. */
function unique(failures: readonly Failure[]): Failure[] {
  const seen = new Map(failures.map((failure) => [`${failure.line}:${failure.column}:${failure.message}`, failure]));
  return [...seen.values()];
}
