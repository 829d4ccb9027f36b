import { describe, expect, test } from 'vitest';
import { extractPage } from '../../src/extract/index.ts';

const page = (markdown: string, path = 'page.md') => extractPage(markdown, path);
const fence = (info: string, ...code: string[]) => [`\`\`\`${info}`, ...code, '```', ''].join('\n');

describe('places', () => {
  test('line and indent of a fence at the margin', () => {
    const { fences } = page('# Title\n\n```ts\nconst a = 1;\n```\n');
    expect(fences).toMatchObject([{ id: 'f1', line: 4, indent: 0, code: 'const a = 1;', scope: 0, mode: 'live' }]);
  });

  test.each([
    ['in a list', '- item\n\n  ```ts\n  if (a) {\n    b();\n  }\n  ```\n', 'page.md', 2],
    ['in a quotation', '> words\n>\n> ```ts\n> if (a) {\n>   b();\n> }\n> ```\n', 'page.md', 2],
    [
      'in a component',
      '<Box>\n\n      ```ts\n      if (a) {\n        b();\n      }\n      ```\n</Box>\n',
      'page.mdx',
      6,
    ],
    ['with tildes', 'one\n\n~~~ts\nif (a) {\n  b();\n}\n~~~\n', 'page.md', 0],
  ])('%s', (_, markdown, path, indent) => {
    expect(page(markdown, path).fences).toMatchObject([{ line: 4, indent, code: 'if (a) {\n  b();\n}' }]);
  });

  test('a fence within a longer fence is an example', () => {
    expect(page('````md\n```ts\nno\n```\n````\n\n```ts\nyes\n```\n').fences).toMatchObject([
      { id: 'f1', code: 'yes', line: 8 },
    ]);
  });

  test('code by indentation and other languages are not looked at', () => {
    expect(page('words\n\n    const a = 1;\n\n```js\nb\n```\n\n```text\nc\n```\n').fences).toEqual([]);
  });

  test('Windows line ends', () => {
    expect(page('# T\r\n\r\n```ts\r\na\r\nb\r\n```\r\n').fences).toMatchObject([{ line: 4, code: 'a\nb' }]);
  });

  test.each([
    ['a mark of the order of bytes', '\uFEFF# T\n\n```ts\na\n```\n', 4],
    ['a mark and front matter', '\uFEFF---\ntitle: T\n---\n\n```ts\na\n```\n', 6],
    ['a line across, which begins no front matter', '---\n\nSome words\n\n```ts\na\n```\n\n---\n', 6],
    ['line ends of old', '# T\r\r```ts\ra\r```\r', 4],
    ['tildes and tabs', '1.\twords\n\n\t~~~ts\n\ta\n\t~~~\n', 4],
    ['a list in a quotation', '> - words\n>\n>   ```ts\n>   a\n>   ```\n', 4],
    ['three blanks', 'words\n\n   ```ts\n   a\n   ```\n', 4],
    ['the language in braces', 'words\n\n```{.ts}\na\n```\n', 4],
    ['large letters and blanks', 'words\n\n``` TS\na\n```\n', 4],
  ])('a page with %s', (_, markdown, line) => {
    const { fences, problems } = page(markdown);
    expect(fences).toMatchObject([{ line, code: 'a' }]);
    expect(problems).toEqual([]);
  });

  test.each([
    ['```ts {1,3}', /`\{1,3\}` marks lines/, false],
    ['```ts:dog.ts', /:dog\.ts/, true],
    ['```ts-check', /-check/, true],
    ['```{ts eval=FALSE}', /no attribute `eval`/, true],
    ['```ts title="dog.ts"', /no attribute `title`/, true],
  ])('what other tools write: %s', (opening, message, unknown) => {
    const { fences, problems, unknown: found } = page(`${opening}\na\n\`\`\`\n`);
    expect(fences).toMatchObject([{ line: 2, code: 'a' }]);
    expect(problems).toEqual([{ line: 1, message: expect.stringMatching(message) }]);
    expect(found.map(({ fence: id }) => id)).toEqual(unknown ? ['f1'] : []);
  });

  test('a file in another encoding has a problem', () => {
    expect(page('\uFFFD\uFFFD#\0 \0T\0').problems).toMatchObject([{ message: expect.stringContaining('UTF-8') }]);
  });

  test('`typescript` is TypeScript as well, and what follows the language directly are attributes', () => {
    const { fences, problems } = page(fence('typescript', 'a') + fence('ts{1,3}', 'b'));
    expect(fences).toHaveLength(2);
    expect(problems).toMatchObject([{ line: 4, message: expect.stringContaining('{1,3}') }]);
  });
});

describe('front matter and headings', () => {
  test('the title comes from the front matter, and lines count from the top of the file', () => {
    const { title, fences } = page(
      '---\ntitle: "A: title"\n---\n\n## One\n\n### Two\n\n```ts\na\n```\n\n## Three\n\n```ts\nb\n```\n',
      'p.mdx',
    );
    expect(title).toBe('A: title');
    expect(fences.map(({ line, headings }) => ({ line, headings }))).toEqual([
      { line: 10, headings: ['One', 'Two'] },
      { line: 16, headings: ['Three'] },
    ]);
  });

  test('without front matter the title is the first heading, or else the name of the file', () => {
    expect(page('# With `code` and *more*\n').title).toBe('With code and more');
    expect(page('words', 'folder/some-page.md').title).toBe('some-page');
  });

  test('front matter that is not YAML is reported at its line', () => {
    expect(page('---\ntitle: a\nbad: [1\n---\n').problems).toMatchObject([
      { message: expect.stringContaining('YAML') },
    ]);
  });

  test('MDX that cannot be parsed is reported at its line', () => {
    expect(page('words\n\n<Box>\n', 'p.mdx').problems).toMatchObject([
      { line: 3, message: expect.stringContaining('MDX') },
    ]);
  });
});

describe('attributes', () => {
  test.each([
    ['static="it is only a shape"', { mode: 'static', reason: 'it is only a shape' }],
    ["node='a file'", { mode: 'node', reason: 'a file' }],
    ['throws', { throws: true }],
    ['throws=ES_CONFLICT', { throws: 'ES_CONFLICT' }],
    ['throws="some words"', { throws: 'some words' }],
    ['errors=2345,2322', { errors: [2345, 2322] }],
    ['file=src/dog.ts', { file: 'src/dog.ts', test: false }],
    ['file=dog.test.ts', { file: 'dog.test.ts', test: true }],
    ['test', { test: true }],
  ])('%s', (info, expected) => {
    const { fences, problems } = page(fence(`ts ${info}`, 'a'));
    expect(fences).toMatchObject([expected]);
    expect(problems).toEqual([]);
  });

  test.each([
    ['static', 'needs a reason'],
    ['node=""', 'needs a reason'],
    ['statc="x"', 'no attribute `statc`'],
    ['errors', 'error codes'],
    ['errors=abc', 'error codes'],
    ['file=dog.js', 'not the name of a TypeScript file'],
    ['file=../dog.ts', 'not the name of a TypeScript file'],
    ['exercise=hint', 'no part "hint"'],
    ['id=one', 'not part of one'],
    ['test=yes', 'takes no value'],
    ['throws throws', 'given twice'],
    ['static="x" throws', 'exclude each other'],
    ['file=a.ts throws', 'Every import of this file would throw'],
    ['title="open', 'cannot be read'],
  ])('%s is a problem of the page', (info, message) => {
    expect(page(`\n${fence(`ts ${info}`, 'a')}`).problems).toMatchObject([
      { line: 2, message: expect.stringContaining(message) },
    ]);
  });
});

describe('scopes', () => {
  const scopes = (...infos: string[]) =>
    page(infos.map((info) => fence(`ts ${info}`, 'a')).join('')).fences.map(({ scope }) => scope);

  test('the fences of a page share one', () => expect(scopes('', '', 'throws')).toEqual([0, 0, 0]));
  test('`scope` starts another', () => expect(scopes('', 'scope', '')).toEqual([0, 1, 1]));
  test('a file that comes again starts another', () => {
    expect(scopes('file=a.ts', '', 'file=b.ts', 'file=a.ts', '')).toEqual([0, 0, 0, 1, 1]);
  });
  test('a test file has one of its own, and the page goes on with its own', () => {
    expect(scopes('', 'test', '', 'file=a.test.ts')).toEqual([0, 1, 0, 2]);
  });
  test('the parts of an exercise share one', () => {
    expect(scopes('', 'exercise=starter', 'exercise=checks', '', 'exercise=solution')).toEqual([0, 1, 1, 0, 1]);
  });
});

describe('what surrounds a fence', () => {
  test('the output right after it', () => {
    const { fences, problems } = page(`${fence('ts', 'a')}${fence('output', 'one', 'two')}`);
    expect(fences).toMatchObject([{ output: { text: 'one\ntwo', line: 5 } }]);
    expect(problems).toEqual([]);
  });

  test.each([
    ['with words in between', `${fence('ts', 'a')}words\n\n${fence('output', '1')}`],
    ['with nothing before it', fence('output', '1')],
    ['after a static fence', `${fence('ts static="x"', 'a')}${fence('output', '1')}`],
  ])('output %s is a problem', (_, markdown) => {
    expect(page(markdown).problems).toHaveLength(1);
  });

  test('the output of something else is not looked at', () => {
    expect(page(`${fence('js static="x"', 'a')}${fence('output', '1')}`).problems).toEqual([]);
  });

  test('commands need a reason', () => {
    const { shown, problems } = page(fence('sh', 'ls') + fence('bash static="it deletes everything"', 'rm'));
    expect(shown).toEqual([
      { line: 1, lang: 'sh' },
      { line: 4, lang: 'bash', reason: 'it deletes everything' },
    ]);
    expect(problems).toMatchObject([{ line: 1 }]);
  });

  test('an exercise is complete, has each part once, and begins with its starter', () => {
    const problems = (...parts: string[]) =>
      page(parts.map((part) => fence(`ts exercise=${part}`, 'a')).join('')).problems;
    expect(problems('starter', 'checks', 'solution')).toEqual([]);
    expect(problems('starter', 'checks', 'solution', 'starter id=b', 'checks id=b', 'solution id=b')).toEqual([]);
    expect(problems('starter', 'solution')).toMatchObject([
      { message: expect.stringContaining('no `exercise=checks`') },
    ]);
    expect(problems('starter', 'starter', 'checks', 'solution')).toMatchObject([{ line: 4 }]);
    expect(problems('solution', 'checks', 'starter')).toMatchObject([
      { message: expect.stringContaining('has to begin') },
    ]);
  });

  test('a fence that is never closed', () => {
    expect(page('words\n\n```ts\na\n').problems).toMatchObject([
      { line: 3, message: expect.stringContaining('never closed') },
    ]);
  });
});

describe('choices of store', () => {
  const choice = (file: string, ...stores: string[]) =>
    stores.map((store) => fence(`ts file=${file} store=${store}`, `export const name = '${store}';`)).join('\n');
  const messages = (markdown: string) => page(markdown).problems.map(({ line, message }) => [line, message]);

  test('alternatives right behind each other are one choice, in one scope', () => {
    const { fences, stores, problems } = page(
      `${choice('store.ts', 'memory', 'sqlite', 'postgres')}\nprose\n\n${choice('other.ts', 'memory', 'sqlite', 'postgres')}\n${fence('ts', "import { name } from './store.ts';")}`,
    );
    expect(problems).toEqual([]);
    expect(stores).toEqual(['memory', 'sqlite', 'postgres']);
    expect(fences.map(({ alternative }) => alternative)).toEqual([
      { store: 'memory', choice: 'f1' },
      { store: 'sqlite', choice: 'f1' },
      { store: 'postgres', choice: 'f1' },
      { store: 'memory', choice: 'f4' },
      { store: 'sqlite', choice: 'f4' },
      { store: 'postgres', choice: 'f4' },
      undefined,
    ]);
    expect(new Set(fences.map(({ scope }) => scope)).size).toBe(1);
  });

  test('a choice that comes again replaces the whole one before it', () => {
    const { fences, problems } = page(
      `${choice('store.ts', 'memory', 'sqlite')}\nprose\n\n${choice('store.ts', 'memory', 'sqlite')}`,
    );
    expect(problems).toEqual([]);
    expect(fences.map(({ scope, alternative }) => [scope, alternative?.choice])).toEqual([
      [0, 'f1'],
      [0, 'f1'],
      [1, 'f3'],
      [1, 'f3'],
    ]);
  });

  test('`store=keep` is no choice: it says that a fence keeps its rows', () => {
    const { fences, stores, problems } = page(`${fence('ts scope throws store=keep', 'a')}\n${fence('ts', 'b')}`);
    expect(problems).toEqual([]);
    expect(stores).toEqual([]);
    expect(fences.map(({ keeps, alternative }) => [keeps, alternative])).toEqual([
      [true, undefined],
      [undefined, undefined],
    ]);
  });

  test('a page without a choice offers no store', () => {
    expect(page(fence('ts', 'a')).stores).toEqual([]);
  });

  test.each([
    ['another store', fence('ts file=a.ts store=redis', 'a'), 1, /no store "redis".*store=sqlite/],
    ['no file', fence('ts store=memory', 'a'), 1, /needs a `file`/],
    ['a test file', fence('ts file=a.test.ts store=memory', 'a'), 1, /exclude each other/],
    ['a store twice', choice('a.ts', 'memory', 'sqlite', 'sqlite'), 9, /`store=sqlite` twice/],
    ['one alternative', choice('a.ts', 'memory'), 1, /has one alternative/],
    [
      'prose between',
      `${choice('a.ts', 'memory')}\nprose\n\n${choice('a.ts', 'sqlite')}`,
      7,
      /follow each other directly/,
    ],
    [
      'another order',
      `${choice('a.ts', 'memory', 'sqlite')}\nprose\n\n${choice('b.ts', 'sqlite', 'memory')}`,
      11,
      /offers `sqlite`, `memory`, and the one on line 1 offers `memory`, `sqlite`/,
    ],
    ['output', `${choice('a.ts', 'memory', 'sqlite')}\n${fence('output', 'a')}`, 9, /no `output`/],
    ...['static="x"', 'node="x"', 'throws', 'errors=2322', 'test', 'scope', 'exercise=starter'].map(
      (other): [string, string, number, RegExp] => [
        other,
        fence(`ts file=a.ts store=memory ${other}`, 'a'),
        1,
        /`store` and `\w+` exclude each other/,
      ],
    ),
    ...['static="x"', 'node="x"', 'errors=2322', 'file=a.ts', 'file=a.test.ts', 'test', 'exercise=starter'].map(
      (other): [string, string, number, RegExp] => [
        `keep with ${other}`,
        fence(`ts store=keep ${other}`, 'a'),
        1,
        /`store=keep` and `\w+` exclude each other/,
      ],
    ),
  ])('%s is a problem', (_, markdown, line, message) => {
    expect(messages(markdown)).toContainEqual([line, expect.stringMatching(message)]);
  });
});
