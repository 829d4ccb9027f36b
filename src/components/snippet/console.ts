import type { Figure } from './figure.ts';
import type { Output } from './output.ts';

/** The console of a figure, whose code is loaded when something is to be shown in it for the first time. */
export interface Console {
  load(): Promise<Output>;
  /** Nothing as long as nothing was shown. */
  readonly output: Output | undefined;
}

export function createConsole(figure: Figure): Console {
  let output: Output | undefined;
  return {
    async load() {
      const { createOutput } = await import('./output.ts');
      output ??= createOutput(figure);
      return output;
    },
    get output() {
      return output;
    },
  };
}
