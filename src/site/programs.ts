import { assemble, CompileError, compile } from '../compiler/index.ts';
import { type PagePrograms, packPrograms } from '../compiler/page-programs.ts';
import { isChosen } from '../extract/choices.ts';
import type { Fence, StoreName } from '../extract/page.ts';
import { isLive, type Lesson } from './lesson.ts';

/**
 * Compiles what the Run and Check buttons of a page start.
 *
 * @param store what the reader has chosen, on a page with a choice
 * @throws if a fence does not compile; the message names the line of the Markdown file
 */
export function programsOf({ page }: Lesson, store: StoreName | undefined = page.stores[0]): PagePrograms {
  const runnable = page.fences.filter((fence) => isLive(fence) || fence.exercise?.part === 'checks');
  const chosen = runnable.filter((fence) => isChosen(fence, store));
  const programs = chosen.map((fence) => {
    try {
      return compile(assemble(page.fences, fence.id, undefined, { store }));
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      const place = page.fences.find(({ id }) => id === error.fence) ?? fence;
      throw new Error(`${page.path}:${place.line + error.line - 1}: ${error.message}`, { cause: error });
    }
  });
  return packPrograms(page.fences.filter((fence) => runnable.includes(fence)).map(shipped), programs);
}

/** A fence without what only the doc tests want to know. */
function shipped({ output: _output, ...fence }: Fence): Fence {
  return { ...fence, headings: [] };
}
