import { readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { extractPage } from '../extract/index.ts';
import { type Recording, readRecording, recordingPath } from '../extract/recording.ts';
import { createExecutor, type Executed, type Executor } from './execute.ts';
import { type Failure, hasRun } from './failure.ts';
import { type PageData, preparePage } from './page-data.ts';
import { compareRecording } from './recording.ts';
import { type PageReport, reportPage, type Written } from './report.ts';
import { compareChoices, failuresOf, firstResults } from './results-by-store.ts';
import { NOTHING_WRONG, type TypeReport, typeCheck } from './typecheck.ts';
import { updateMarkdown, updateRecording } from './update.ts';

export interface Doctest {
  /** Tests pages, given by their absolute paths. */
  test(paths: readonly string[]): Promise<readonly PageReport[]>;
  /** Writes what the pages print into them and their recordings, and then tests them. */
  update(paths: readonly string[]): Promise<readonly PageReport[]>;
  forget(path: string): Promise<void>;
  close(): Promise<void>;
}

/** A page with what came of it. */
interface Tested {
  readonly data: PageData;
  readonly executed: Executed;
  readonly typed: TypeReport;
}

export function createDoctest(): Doctest {
  const executor = createExecutor();
  return {
    async test(paths) {
      const tested = await test(executor, paths);
      return [...tested.values()].map((page) => report(page));
    },
    async update(paths) {
      const first = await test(executor, paths);
      const written = new Map([...first].map(([path, page]) => [path, writeValues(path, page)]));
      const changed = paths.filter((path) => (written.get(path)?.changes.length ?? 0) > 0);
      for (const path of changed) await executor.forget(path);
      // What was written has to hold when the page runs again.
      const again = changed.length > 0 ? await test(executor, changed) : new Map<string, Tested>();
      return [...first].map(([path, before]) => {
        const page = again.get(path) ?? before;
        const values = written.get(path) ?? NOTHING_WRITTEN;
        const recording = writeRecording(path, page);
        return report(page, {
          changes: [...values.changes, ...recording.changes],
          unwritten: [...values.unwritten, ...recording.unwritten].sort((a, b) => a.line - b.line),
        });
      });
    },
    forget: (path) => executor.forget(path),
    close: () => executor.close(),
  };
}

const NOTHING_WRITTEN: Written = { changes: [], unwritten: [] };

/** Nothing runs before the type checker has seen it. */
async function test(executor: Executor, paths: readonly string[]): Promise<ReadonlyMap<string, Tested>> {
  const read = new Map(
    paths.map((path) => [path, preparePage(extractPage(readFileSync(path, 'utf8'), displayPath(path)), path)]),
  );
  executor.warm();
  const typed = await typeCheck([...read.values()]);
  const reportOf = (path: string) => typed.get(path) ?? NOTHING_WRONG;
  const pages = new Map(
    [...read].map(([path, data]) => {
      const { untyped } = reportOf(path);
      return [path, untyped.size === 0 ? data : preparePage(data.page, path, untyped)];
    }),
  );
  const executed = await executor.run(pages);
  return new Map(
    [...pages].map(([path, data]) => [
      path,
      { data, typed: reportOf(path), executed: executed.get(path) ?? { results: [], failures: [] } },
    ]),
  );
}

/** As a person would write it. */
function displayPath(path: string): string {
  const shown = relative(process.cwd(), path);
  return shown.startsWith('..') || isAbsolute(shown) ? path : shown;
}

function writeValues(path: string, { data, executed }: Tested): Written {
  const markdown = readFileSync(path, 'utf8');
  const { result, changes, unwritten } = updateMarkdown(markdown, data, firstResults(executed.results));
  if (result !== markdown) writeFileSync(path, result);
  return { changes: changes.map((change) => ({ path: data.page.path, ...change })), unwritten };
}

function writeRecording(path: string, { data, executed, typed }: Tested): Written {
  const file = recordingPath(path);
  const { result, changes, unwritten } = updateRecording(
    // What is left of a recording that cannot be read is replaced, like one that is out of date.
    recordingOf(path).recording ?? {},
    data,
    executed.results,
    typed.refusals,
  );
  if (changes.length > 0) writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return { changes: changes.map((change) => ({ path: displayPath(file), ...change })), unwritten };
}

/** @param written what an update has written, if it was one */
function report({ data, executed: { results, failures }, typed }: Tested, written?: Written): PageReport {
  const { page } = data;
  const { recording, wrong } = recordingOf(data.file);
  const differences = compareChoices(results, page);
  // What differs from store to store has nothing that a recording could be held to.
  const differing = new Set(
    page.fences.flatMap(({ id, line }) => (differences.some((each) => each.line === line) ? [id] : [])),
  );
  const ran = [...firstResults(results), ...typed.refusals];
  const comparable = ran.map((result) => (differing.has(result.fence) ? { ...result, failures: differences } : result));
  const all = [
    ...data.problems,
    ...failures,
    ...failuresOf(results),
    ...differences,
    ...typed.failures,
    ...wrong,
    ...(recording ? compareRecording(recording, page, comparable) : []),
  ];
  const unrecorded = recording === undefined && wrong.length === 0 && results.some(hasRun) && written === undefined;
  return reportPage(data, results, all, notices(data, unrecorded), written ?? NOTHING_WRITTEN);
}

/** The page's recording, or what is wrong with it. */
function recordingOf(file: string): { readonly recording: Recording | undefined; readonly wrong: readonly Failure[] } {
  try {
    return { recording: readRecording(file), wrong: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { recording: undefined, wrong: [{ kind: 'recording', line: 1, message }] };
  }
}

function notices({ page }: PageData, unrecorded: boolean): string[] {
  if (page.fences.length === 0 && page.unknown.length === 0) return ['The page has no `ts` fence.'];
  return unrecorded ? ['The page has no recording: `npm run doctest -- --update` makes one.'] : [];
}
