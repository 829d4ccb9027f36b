import { type PluginObject, types as t } from '@babel/core';
import { placeOf } from './place.ts';
import type { SourceModule } from './program.ts';

/** A comment of the form `//=> text`, which claims that the expression before it has this value. */
export interface Claim {
  /** The line in the source, from 1. */
  readonly line: number;
  readonly text: string;
  /** Where the comment starts in the source. */
  readonly start: number;
}

export function claimsOf(file: t.File): readonly Claim[] {
  return (file.comments ?? []).flatMap((comment) => {
    const match = comment.type === 'CommentLine' ? /^\s*=>(.*)$/.exec(comment.value) : null;
    if (!match || !comment.loc || typeof comment.start !== 'number') return [];
    return [{ line: comment.loc.start.line, text: match[1]?.trim() ?? '', start: comment.start }];
  });
}

/** Whether the claim stands behind this very statement, with nothing but a bracket or semicolon in between. */
export function belongsTo(claim: Claim, { expression }: t.ExpressionStatement, source: string): boolean {
  if (typeof expression.end !== 'number' || expression.loc?.end.line !== claim.line) return false;
  return expression.end <= claim.start && /^[\s);]*$/.test(source.slice(expression.end, claim.start));
}

/** Turns `expression //=> text` into a call of the probe that shows the value. */
export function showPlugin(module: SourceModule, claims: readonly Claim[]): PluginObject {
  const open = new Set(claims);
  return {
    name: 'show',
    visitor: {
      ExpressionStatement({ node }) {
        const claim = [...open].find((each) => belongsTo(each, node, module.source));
        const place = claim && placeOf(module.segments, claim.line, 1);
        if (!claim || !place) return;
        open.delete(claim);
        const show = t.memberExpression(t.identifier('$$probe'), t.identifier('show'));
        const line = t.numericLiteral(place.line);
        const call = t.callExpression(show, [t.stringLiteral(place.fence), line, node.expression]);
        call.loc = node.expression.loc ?? null;
        node.expression = call;
      },
    },
  };
}
