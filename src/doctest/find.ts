import { existsSync, realpathSync, statSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const MARKDOWN = /\.(?:md|mdx|markdown)$/;

export interface Found {
  /** Absolute, in order, each once. */
  readonly paths: readonly string[];
  /** A sentence for each pattern that matches nothing. */
  readonly problems: readonly string[];
}

/** Finds Markdown by patterns, by folders, or by plain paths (which may hold what would be magic in a pattern). */
export async function findPages(patterns: readonly string[]): Promise<Found> {
  const paths = new Set<string>();
  const problems: string[] = [];
  for (const pattern of patterns) {
    const found = await match(pattern);
    if (found.length === 0) problems.push(`Nothing matches ${pattern}: there is no such Markdown file.`);
    // A page under two names is one page, and is imported by the one that it really has.
    for (const path of found) paths.add(realpathSync(path));
  }
  return { paths: [...paths].sort(), problems };
}

async function match(pattern: string): Promise<string[]> {
  const kind = existsSync(pattern) ? statSync(pattern) : undefined;
  if (kind?.isFile()) return MARKDOWN.test(pattern) ? [resolve(pattern)] : [];
  const wanted = kind?.isDirectory() ? join(pattern, '**', '*.{md,mdx}') : pattern;
  const found: string[] = [];
  for await (const path of glob(wanted, { exclude: (name) => name === 'node_modules' })) found.push(resolve(path));
  return found.filter((path) => MARKDOWN.test(path) && statSync(path).isFile());
}

/** The folder that all matches of a pattern lie in. */
export function folderOf(pattern: string): string {
  const parts = resolve(pattern).split('/');
  const magic = parts.findIndex((part) => /[*?[{]/.test(part));
  const folder = parts.slice(0, magic < 0 ? undefined : magic).join('/') || '/';
  return existsSync(folder) && statSync(folder).isFile() ? resolve(folder, '..') : folder;
}
