import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { assemble } from '../compiler/assemble.ts';
import { extractPage } from '../extract/extract.ts';
import type { Fence, Page, StoreName } from '../extract/page.ts';
import { type Recording, readRecording } from '../extract/recording.ts';

/** A page of the workbook as the site's build sees it: its fences, and what they printed when last recorded. */
export interface Lesson {
  readonly page: Page;
  readonly recording: Recording;
}

/**
 * Reads a page from disk.
 *
 * @throws if the page has problems; the message names each one and its line
 */
export function readLesson(file: string): Lesson {
  const path = relative(process.cwd(), file);
  const page = extractPage(readFileSync(file, 'utf8'), path);
  if (page.problems.length > 0) {
    throw new Error(page.problems.map(({ line, message }) => `${path}:${line}: ${message}`).join('\n'));
  }
  return { page, recording: readRecording(file) ?? {} };
}

/** Whether a fence gets buttons: the solution and the checks of an exercise only serve its starter. */
export function isLive(fence: Fence): boolean {
  const partner = fence.exercise?.part === 'checks' || fence.exercise?.part === 'solution';
  return fence.mode === 'live' && fence.errors === undefined && !partner;
}

/**
 * The fences whose code runs when a fence runs, in order of the page, without the fence itself. Of a choice of store
 * these are all alternatives, of which the chosen one runs.
 */
export function needsOf(page: Page, fence: Fence): readonly string[] {
  const stores = page.stores.length > 0 ? page.stores : [undefined];
  const taking = new Set(stores.flatMap((store) => [...takingPart(page, fence, store)]));
  return page.fences.map(({ id }) => id).filter((id) => id !== fence.id && taking.has(id));
}

function takingPart(page: Page, fence: Fence, store: StoreName | undefined): ReadonlySet<string> {
  const source = assemble(page.fences, fence.id, undefined, { store });
  const modules = new Map(source.modules.map((module) => [module.name, module]));
  const entry = [...modules.values()].at(-1);
  const taking = new Set<string>();
  const reached = new Set<string>();
  const visit = (name: string): void => {
    const module = modules.get(name);
    if (!module || reached.has(name)) return;
    reached.add(name);
    for (const segment of module.segments) taking.add(segment.fence);
    for (const [, file] of module.source.matchAll(/['"]\.\/([^'"]+)['"]/g)) visit(`/${file}`);
  };
  if (entry) visit(entry.name);
  return taking;
}

/** The checks of an exercise, for its starter. */
export function checksOf(page: Page, fence: Fence): Fence | undefined {
  if (fence.exercise?.part !== 'starter') return undefined;
  const { id } = fence.exercise;
  return page.fences.find(({ exercise }) => exercise?.part === 'checks' && exercise.id === id);
}
