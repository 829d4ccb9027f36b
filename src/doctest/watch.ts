import { globSync, watch } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Doctest } from './doctest.ts';
import { findPages, folderOf } from './find.ts';
import type { PageReport } from './report.ts';

/** Editors write a file in several steps; what follows within this time (in ms) is the same change. */
const SETTLE = 100;

export interface WatchOptions {
  readonly doctest: Doctest;
  readonly patterns: readonly string[];
  /** The library's main module. Its change concerns every page, and it stands for the modules beside it. */
  readonly library: string;
  readonly print: (reports: readonly PageReport[]) => void;
  readonly complain: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Tests all pages, and then, until the signal, the pages that change (all of them, if the library does). */
export async function watchPages({ doctest, patterns, library, print, complain, signal }: WatchOptions): Promise<void> {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();

  const work = async () => {
    const { paths } = await findPages(patterns);
    const everything = changed.has(library);
    const wanted = paths.filter((path) => everything || changed.has(path));
    const forgotten = everything
      ? [...changed, ...paths, ...globSync(join(dirname(library), '**/*.js'))]
      : [...changed];
    changed.clear();
    for (const path of forgotten) await doctest.forget(path);
    if (wanted.length > 0) print(await doctest.test(wanted));
  };
  const note = (path: string) => {
    changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => {
      working = working.then(work).catch(complain);
    }, SETTLE);
  };
  const follow = (folder: string) => {
    return watch(folder, { recursive: true }, (_, name) => {
      if (name === null) return;
      // A recording that changes concerns its page.
      const path = resolve(folder, name);
      note(path);
      const page = path.replace(/\.recorded\.json$/, '');
      if (page !== path) for (const ending of ['.md', '.mdx']) note(page + ending);
    });
  };
  const watchers = [...[...new Set(patterns.map(folderOf))].map(follow), watch(library, () => note(library))];

  const { paths } = await findPages(patterns);
  print(await doctest.test(paths));
  await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
  for (const watcher of watchers) watcher.close();
  clearTimeout(timer);
  await working;
}
