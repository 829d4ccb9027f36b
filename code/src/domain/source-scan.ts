/**
 * What can be learnt about a class or a method from its source only. Both questions are asked to refuse code with a
 * clear message; wherever an answer could also be had at run time, it is.
 */

const commentsAndStrings = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

/** Whether a class declares `#private` members: nobody outside of it can see or copy them. */
export function declaresPrivateMembers(type: object): boolean {
  return /#[\p{ID_Start}$_]/u.test(sourceOf(type));
}

/** Whether a method has a rest parameter, which `length` does not tell. */
export function hasRestParameter(method: object): boolean {
  const source = sourceOf(method);
  const start = source.indexOf('(');
  let depth = 0;
  for (let i = start; i >= 0 && i < source.length; i++) {
    const character = source[i];
    if (character === '(' || character === '[' || character === '{') depth++;
    if (character === ')' || character === ']' || character === '}') depth--;
    if (depth === 0) return false;
    if (depth === 1 && source.startsWith('...', i)) return true;
  }
  return false;
}

/**
 * Whether a class has a constructor of its own with parameters. One that hands all its arguments to `super` is what
 * compilers add for decorators, and counts as none.
 */
export function declaresParameters(type: object): boolean {
  return /\bconstructor\s*\(\s*(?!\.\.\.(\w+)\s*\)\s*\{\s*super\(\s*\.\.\.\1\s*\))[^)\s]/.test(sourceOf(type));
}

function sourceOf(target: object): string {
  return Function.prototype.toString.call(target).replace(commentsAndStrings, '');
}
