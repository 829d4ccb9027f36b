import type { ErrorReport } from '../../probe/entry.ts';
import type { Figure } from './figure.ts';
import type { Output } from './output.ts';

/** The console of a figure, whose code is loaded when something is to be shown in it for the first time. */
export interface Console {
  load(): Promise<Output>;
  /** Nothing as long as nothing was shown. */
  readonly output: Output | undefined;
}

export function createConsole({ log, earlier, versions, shown }: Figure): Console {
  let output: Output | undefined;
  const own = new Set(versions.map(({ fence }) => fence));
  return {
    async load() {
      const { createOutput } = await import('./output.ts');
      output ??= createOutput({ log, earlier, own, placeOf: (at) => placeOf(at, shown().fence) });
      return output;
    },
    get output() {
      return output;
    },
  };
}

/** A place in the reader's code, as seen from a fence: in words, or as a link to an earlier one. */
function placeOf({ fence, line }: NonNullable<ErrorReport['at']>, from: string): Node {
  if (fence === from) return document.createTextNode(`at line ${line}`);
  // An alternative of a choice stands in the figure of the first one.
  const name = CSS.escape(fence);
  const other = document.querySelector(`figure.snippet#${name}, figure.snippet:has([data-of="${name}"])`);
  if (!other) return document.createTextNode(`at line ${line} of the checks`);
  const link = document.createElement('a');
  link.href = `#${other.id}`;
  link.textContent = `at line ${line} of an earlier snippet`;
  return link;
}
