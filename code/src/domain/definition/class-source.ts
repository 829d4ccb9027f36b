/**
 * What can be learnt about a class or a method from its source only. Nothing that is stored, undone or restored depends
 * on it alone: it is asked for clear messages, and to tell private methods from private fields. Where the source is not
 * to be had, or cannot be understood, the answer is `undefined`.
 */
import { type Token, tokensOf } from './tokens.ts';

/** Whether the instances of a class get `#private` fields from it: state that nobody outside of the class can see. */
export function declaresPrivateFields(type: object): boolean | undefined {
  return elementsOf(type)?.some(isPrivateField);
}

/**
 * Whether a class has a constructor of its own, and whether that has parameters. One that hands all its arguments to
 * `super` is what compilers add for fields and decorators, and counts as none.
 */
export function ownConstructor(type: object): 'none' | 'without parameters' | 'with parameters' | undefined {
  const elements = elementsOf(type);
  const own = elements?.find(
    ({ token, previous, next }) => token.text === 'constructor' && previous?.text !== 'static' && next?.text === '(',
  );
  if (elements === undefined || own === undefined) return elements && 'none';
  const code = own.following.map(({ text }) => text).join(' ');
  if (/^\( (?:\.\.\. (\S+) )?\) \{ super \( \.\.\. (?:\1|arguments) \)/.test(code)) return 'none';
  return code.startsWith('( )') ? 'without parameters' : 'with parameters';
}

/** Whether a method has a rest parameter, which `length` does not tell. */
export function hasRestParameter(method: object): boolean {
  const tokens = sourceTokens(method) ?? [];
  const start = tokens.findIndex(({ text, depth }) => text === '(' && depth === 0);
  for (const { text, depth } of tokens.slice(start + 1)) {
    if (depth === 0) return false;
    if (depth === 1 && text === '...') return true;
  }
  return false;
}

/** A token directly in the body of a class, in its place. */
interface Element {
  readonly token: Token;
  readonly previous: Token | undefined;
  readonly next: Token | undefined;
  readonly following: readonly Token[];
}

function isPrivateField({ token, previous, next }: Element): boolean {
  if (token.kind !== 'private' || previous?.text === '.' || previous?.text === '?.') return false;
  const isMethod = next?.text === '(' || next?.text === 'in';
  return !isMethod && previous?.text !== 'static';
}

function elementsOf(type: object): readonly Element[] | undefined {
  const tokens = sourceTokens(type);
  if (tokens?.[0]?.text !== 'class') return undefined;
  const body = tokens.findIndex(({ text, depth }) => text === '{' && depth === 0);
  // A class that extends a class expression has a body before its own.
  const heritage = tokens.slice(1, body);
  if (body < 0 || heritage.some(({ text, depth }) => depth === 0 && (text === 'class' || text === 'function'))) {
    return undefined;
  }
  return tokens.flatMap((token, index) => {
    if (index <= body || token.depth !== 1) return [];
    const following = tokens.slice(index + 1, index + 1 + LOOKAHEAD);
    return [{ token, previous: tokens[index - 1], next: following[0], following }];
  });
}

/** As many tokens as `constructor(...args) { super(...args)` has after its name. */
const LOOKAHEAD = 10;

function sourceTokens(target: object): readonly Token[] | undefined {
  return tokensOf(Function.prototype.toString.call(target));
}
