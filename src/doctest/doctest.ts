import { readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { extractPage } from '../extract/index.ts';
import { compareChoices, failuresOf, firstResults } from './choices.ts';
import { createExecutor, type Executed, type Executor } from './execute.ts';
import { type PageData, preparePage } from './page-data.ts';
import { compareRecording, type Recording, readRecording, recordingPath, toRecording } from './recording.ts';
import { type PageReport, reportPage } from './report.ts';
import { type TypeReport, typeCheck } from './typecheck.ts';
import { updateMarkdown } from './update.ts';

export interface Doctest {
  /** Tests pages, given by their absolute paths. */
  test(paths: readonly string[]): Promise<readonly PageReport[]>;
  /** Writes what the pages print into them and their recordings, and then tests them. */
  update(paths: readonly string[]): Promise<readonly PageReport[]>;
  forget(path: string): Promise<void>;
  close(): Promise<void>;
}

export function createDoctest(): Doctest {
  const executor = createExecutor();
  return {
    test: (paths) => test(executor, readPages(paths)),
    async update(paths) {
      const before = readPages(paths);
      for (const [path, { results }] of await executor.run(before)) {
        const data = before.get(path);
        if (!data) continue;
        const markdown = readFileSync(path, 'utf8');
        const updated = updateMarkdown(markdown, data, firstResults(results));
        if (updated !== markdown) writeFileSync(path, updated);
        await executor.forget(path);
      }
      const pages = readPages(paths);
      const [executed, typed] = await Promise.all([executor.run(pages), typeCheck([...pages.values()])]);
      for (const [path, { results, failures }] of executed) {
        const { failures: wrong, refusals } = typeReport(typed, pages.get(path));
        // A page that fails has nothing worth recording; the report says why it fails.
        const page = pages.get(path)?.page;
        const sound = failures.length + wrong.length === 0 && results.every((result) => result.failures.length === 0);
        if (page && sound && results.length > 0 && compareChoices(results, page).length === 0) {
          const recording = toRecording([...firstResults(results), ...refusals], formerRecording(path));
          writeFileSync(recordingPath(path), `${JSON.stringify(recording, null, 2)}\n`);
        }
      }
      return report(pages, executed, typed);
    },
    forget: (path) => executor.forget(path),
    close: () => executor.close(),
  };
}

/** What is left of a recording that cannot be read is replaced, like one that is out of date. */
function formerRecording(path: string): Recording | undefined {
  try {
    return readRecording(path);
  } catch {
    return undefined;
  }
}

async function test(executor: Executor, pages: ReadonlyMap<string, PageData>): Promise<readonly PageReport[]> {
  const [executed, typed] = await Promise.all([executor.run(pages), typeCheck([...pages.values()])]);
  return report(pages, executed, typed);
}

function readPages(paths: readonly string[]): ReadonlyMap<string, PageData> {
  return new Map(paths.map((path) => [path, preparePage(extractPage(readFileSync(path, 'utf8'), displayPath(path)))]));
}

/** As a person would write it. */
function displayPath(path: string): string {
  const shown = relative(process.cwd(), path);
  return shown.startsWith('..') || isAbsolute(shown) ? path : shown;
}

function report(
  pages: ReadonlyMap<string, PageData>,
  executed: ReadonlyMap<string, Executed>,
  typed: ReadonlyMap<string, TypeReport>,
): readonly PageReport[] {
  return [...pages].map(([path, data]) => {
    const { results, failures } = executed.get(path) ?? { results: [], failures: [] };
    const { failures: wrong, refusals } = typeReport(typed, data);
    const recording = readRecording(path);
    const all = [
      ...data.problems,
      ...failures,
      ...failuresOf(results),
      ...compareChoices(results, data.page),
      ...wrong,
      ...(recording ? compareRecording(recording, data.page, [...firstResults(results), ...refusals]) : []),
    ];
    return reportPage(data, results, all, notices(data, results.length > 0, recording !== undefined));
  });
}

function typeReport(typed: ReadonlyMap<string, TypeReport>, data: PageData | undefined): TypeReport {
  return typed.get(data?.page.path ?? '') ?? { failures: [], refusals: [] };
}

function notices({ page }: PageData, ran: boolean, recorded: boolean): string[] {
  if (page.fences.length === 0) return ['The page has no `ts` fence.'];
  return ran && !recorded ? ['The page has no recording: `npm run doctest -- --update` makes one.'] : [];
}
