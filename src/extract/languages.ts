/** What becomes of a fence, by its language. */
export type LanguageKind =
  /** Type-checked and run. */
  | 'typescript'
  | 'output'
  | 'json'
  /** Commands: shown, with a reason. */
  | 'shell'
  /** Code that could run, in a language that the doc tests do not take. */
  | 'script'
  /** Close to the name of a language that is run, and none that there is. */
  | 'misspelt'
  /** Shown as it is. */
  | 'other';

const BY_NAME: ReadonlyMap<string, LanguageKind> = new Map([
  ...named('typescript', 'ts', 'typescript'),
  ...named('output', 'output'),
  ...named('json', 'json'),
  ...named('shell', 'sh', 'bash', 'shell', 'zsh'),
  ...named('script', 'js', 'javascript', 'mjs', 'cjs', 'ecmascript', 'es6', 'node', 'nodejs'),
  ...named('script', 'jsx', 'javascriptreact', 'tsx', 'typescriptreact', 'mts', 'cts', 'deno', 'twoslash'),
]);

function named(kind: LanguageKind, ...names: readonly string[]): (readonly [string, LanguageKind])[] {
  return names.map((name) => [name, kind]);
}

/** Written by other tools for React, which has no place in a doc test. */
const MARKUP = new Set(['jsx', 'javascriptreact', 'tsx', 'typescriptreact']);

/** More wrong letters than this, and it is another word. */
const MOST_SLIPS = 2;

export function kindOf(language: string): LanguageKind {
  const known = BY_NAME.get(language);
  if (known !== undefined) return known;
  return ['typescript', 'javascript'].some((name) => distance(language, name) <= MOST_SLIPS) ? 'misspelt' : 'other';
}

/** What to say of a fence that is neither run nor marked as shown. */
export function notUnderstood(language: string): string {
  const shown = `say why it is only shown: \`${language} static="why"\``;
  if (kindOf(language) === 'misspelt') {
    return `There is no language \`${language}\`, so this fence is neither checked nor run: write \`ts\`.`;
  }
  const what = `This fence is in \`${language}\`, which the doc tests neither check nor run`;
  if (MARKUP.has(language)) return `${what}: leave the markup out and write \`ts\`, or ${shown}.`;
  return `${what}: write \`ts\` (JavaScript runs as TypeScript, too), or ${shown}.`;
}

/**
 * Reads an info string as the tools write it that have one: `ts`, `ts{1,3}`, `ts:dog.ts`, `{.ts .wide}`, `ts-check`.
 *
 * @returns the language in small letters, and everything behind it
 */
export function readInfo(info: string): { readonly language: string; readonly meta: string } {
  const braced = /^\{\s*(.*?)\s*\}$/s.exec(info.trim())?.[1];
  const [, name = '', rest = ''] = /^[.@]?([\w+#-]*)(.*)$/s.exec(braced ?? info.trim()) ?? [];
  const lower = name.toLowerCase();
  const [, language, variant] = /^(ts|typescript|js|javascript)(-.+)$/.exec(lower) ?? [];
  return language === undefined || variant === undefined
    ? { language: lower, meta: rest.trim() }
    : { language, meta: `${variant}${rest}`.trim() };
}

/** How many letters have to be put in, taken out or replaced to make one word of another. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [at, wanted] of [...other].entries()) {
      const replaced = (row[at] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
