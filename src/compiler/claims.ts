import { traverse } from '@babel/core';
import { CompileError } from './error.ts';
import { parseModule } from './parse.ts';
import { belongsTo, claimsOf } from './show.ts';

/** What an `//=>` comment of a fence says. */
export interface FenceClaim {
  /** The line in the fence, from 1. */
  readonly line: number;
  /** The column of the comment's `//` in that line, from 0. */
  readonly column: number;
  readonly text: string;
  /** Whether it stands behind an expression; if not, nothing would ever check it. */
  readonly attached: boolean;
}

/** Reads the claims of one fence. Code that cannot be parsed makes none: compiling it says what is wrong. */
export function readClaims(code: string): readonly FenceClaim[] {
  if (!code.includes('=>')) return [];
  const module = { name: '/claims.ts', source: code, segments: [] };
  const file = parse(module);
  if (!file) return [];
  const claims = claimsOf(file);
  const attached = new Set<number>();
  traverse(file, {
    // A name that is declared twice has no scope, and is reported by the compiler.
    noScope: true,
    // The order of the visits is that of the compiler, so that both find the same statement for a claim.
    ExpressionStatement({ node }) {
      const claim = claims.find((each) => !attached.has(each.start) && belongsTo(each, node, code));
      if (claim) attached.add(claim.start);
    },
  });
  return claims.map(({ line, text, start }) => ({
    line,
    column: start - (code.lastIndexOf('\n', start - 1) + 1),
    text,
    attached: attached.has(start),
  }));
}

function parse(module: Parameters<typeof parseModule>[0]) {
  try {
    return parseModule(module);
  } catch (error) {
    if (error instanceof CompileError) return undefined;
    throw error;
  }
}
