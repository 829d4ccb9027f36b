/** One token of JavaScript. */
export interface Token {
  readonly kind: 'word' | 'private' | 'literal' | 'punctuator';
  /** As written; the text of literals is left out. */
  readonly text: string;
  /** In how many brackets it stands. The brackets themselves stand outside of what they enclose. */
  readonly depth: number;
}

interface Bracket {
  readonly closing: string;
  /** What a slash means behind the closing bracket: a regular expression, or a division. */
  readonly thenRegExp: boolean;
  /** Whether it is the `${` of a template, whose text goes on behind the closing one. */
  readonly inTemplate: boolean;
}

/**
 * Splits source text into tokens, as far as it takes to tell code from text: from strings, templates, regular
 * expressions and comments.
 *
 * @returns nothing if the source could not be understood.
 */
export function tokensOf(source: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const open: Bracket[] = [];
  let lastClosed: Bracket | undefined;
  let at = 0;

  const add = (kind: Token['kind'], text: string) => tokens.push({ kind, text, depth: open.length });
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    at += text?.length ?? 0;
    return text;
  };
  /** Takes the text of a template up to its end, or to the next place where code stands in it. */
  const takeTemplate = (): boolean => {
    const text = take(TEMPLATE_TEXT);
    if (text?.endsWith('${')) open.push({ closing: '}', thenRegExp: false, inTemplate: true });
    else add('literal', '``');
    return text !== undefined;
  };

  while (at < source.length) {
    if (take(SPACE) !== undefined || take(COMMENT) !== undefined) continue;
    const word = take(WORD);
    if (word !== undefined) {
      add(word.startsWith('#') ? 'private' : 'word', word);
    } else if (take(NUMBER) !== undefined || take(STRING) !== undefined) {
      add('literal', '');
    } else if (source[at] === '/' && canBeRegExp(tokens, lastClosed)) {
      if (take(REGEXP) === undefined) return undefined;
      add('literal', '//');
    } else {
      const text = take(PUNCTUATOR) ?? '';
      const closing = CLOSING.get(text);
      if (text === '`') {
        if (!takeTemplate()) return undefined;
      } else if (closing !== undefined) {
        const thenRegExp = text === '{' ? !expectsOperand(tokens.at(-1)) : text === '(' && isHead(tokens.at(-1));
        add('punctuator', text);
        open.push({ closing, thenRegExp, inTemplate: false });
      } else if (text === '}' || text === ')' || text === ']') {
        lastClosed = open.pop();
        if (lastClosed?.closing !== text) return undefined;
        if (!lastClosed.inTemplate) add('punctuator', text);
        else if (!takeTemplate()) return undefined;
      } else add('punctuator', text);
    }
  }
  return open.length === 0 ? tokens : undefined;
}

const SPACE = /\s+/y;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*/y;
const WORD =
  /#?(?:[\p{ID_Start}$_]|\\u[\da-f]{4}|\\u\{[\da-f]+\})(?:[\p{ID_Continue}$\u200c\u200d]|\\u[\da-f]{4}|\\u\{[\da-f]+\})*/iuy;
const NUMBER = /\.?\d[\w.]*/y;
const STRING = /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/y;
const TEMPLATE_TEXT = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;
const REGEXP = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[\p{ID_Continue}$]*/uy;
const PUNCTUATOR = /=>|\.{3}|\?\.(?!\d)|\+\+|--|[\s\S]/y;

const CLOSING = new Map([
  ['{', '}'],
  ['(', ')'],
  ['[', ']'],
]);

/** Words behind which a value follows. */
const OPERATORS = new Set(
  'await case default delete do else extends in instanceof new of return throw typeof void yield'.split(' '),
);
/** Words whose brackets belong to a statement. */
const HEADS = new Set(['for', 'if', 'while', 'with']);

function canBeRegExp(tokens: readonly Token[], lastClosed: Bracket | undefined): boolean {
  const previous = tokens.at(-1);
  switch (previous?.kind) {
    case 'literal':
    case 'private':
      return false;
    case 'word':
      return OPERATORS.has(previous.text) && tokens.at(-2)?.text !== '.';
    default:
      if (previous?.text === '++' || previous?.text === '--') return false;
      return previous !== undefined && ['}', ')', ']'].includes(previous.text) ? lastClosed?.thenRegExp === true : true;
  }
}

/** Whether a brace behind this token begins an object rather than a block. */
function expectsOperand(previous: Token | undefined): boolean {
  if (previous?.kind === 'word') return OPERATORS.has(previous.text) && !['do', 'else'].includes(previous.text);
  return previous?.kind === 'punctuator' && !['=>', ')', ']', '}', '{', ';'].includes(previous.text);
}

function isHead(previous: Token | undefined): boolean {
  return previous?.kind === 'word' && HEADS.has(previous.text);
}
