import { assemble } from '../../src/compiler/assemble.ts';
import { compile } from '../../src/compiler/compile.ts';
import type { CompiledProgram, ProgramSource } from '../../src/compiler/program.ts';
import type { Fence } from '../../src/extract/page.ts';

/** Programs for the tests, made as the site makes them: fences of one page, up to the last. */
export type FenceText = string | (Partial<Fence> & { readonly code: string });

const LINES_BETWEEN = 4;

export function source(...texts: readonly FenceText[]): ProgramSource {
  let line = LINES_BETWEEN;
  const fences = texts.map((text, index): Fence => {
    const { code, ...rest } = typeof text === 'string' ? { code: text } : text;
    const fence: Fence = {
      id: `f${index + 1}`,
      path: 'page.md',
      code,
      line,
      indent: 0,
      headings: [],
      mode: 'live',
      scope: 0,
      test: false,
      ...rest,
    };
    line += code.split('\n').length + LINES_BETWEEN;
    return fence;
  });
  return assemble(fences, `f${fences.length}`);
}

export function program(...texts: readonly FenceText[]): CompiledProgram {
  return compile(source(...texts));
}
