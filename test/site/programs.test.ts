import { expect, test } from 'vitest';
import { assemble } from '../../src/compiler/assemble.ts';
import { compile } from '../../src/compiler/index.ts';
import { programOf, programsPath } from '../../src/compiler/page-programs.ts';
import { extractPage } from '../../src/extract/extract.ts';
import { isLive, needsOf } from '../../src/site/lesson.ts';
import { programsOf } from '../../src/site/programs.ts';

const markdown = `# Page

\`\`\`ts file=dog.ts
export const name: string = 'Fido';
\`\`\`

\`\`\`ts
const one = 1;
\`\`\`

\`\`\`ts
import { name } from './dog.ts';
console.log(name, one);
\`\`\`

\`\`\`ts static="it needs a database"
connect();
\`\`\`

\`\`\`ts exercise=starter
const age = 0;
\`\`\`

\`\`\`ts exercise=checks
import { expect, test } from 'vitest';
test('three', () => expect(age).toBe(3));
\`\`\`

\`\`\`ts exercise=solution
const age = 3;
\`\`\`
`;
const page = extractPage(markdown, 'page.md');
const lesson = { page, recording: {} };
const fence = (id: string) => page.fences.find((each) => each.id === id) ?? expect.fail(`no fence ${id}`);

test('a page has the programs that its buttons start, and no other', () => {
  expect(page.problems).toEqual([]);
  expect(page.fences.filter(isLive).map(({ id }) => id)).toEqual(['f1', 'f2', 'f3', 'f5']);
  expect(Object.keys(programsOf(lesson).programs)).toEqual(['f1', 'f2', 'f3', 'f5', 'f6']);
});

test('a program comes out of the file as it was compiled', () => {
  const packed = JSON.parse(JSON.stringify(programsOf(lesson)));
  for (const id of ['f1', 'f2', 'f3', 'f5', 'f6']) {
    expect(programOf(packed, id)).toEqual(compile(assemble(page.fences, id)));
  }
});

test('a module that several programs share is shipped once', () => {
  expect(programsOf(lesson).modules.filter(({ name }) => name === '/dog.ts')).toHaveLength(1);
});

test('a solution and what only the doc tests want are not shipped', () => {
  expect(programsOf(lesson).fences.map(({ id }) => id)).toEqual(['f1', 'f2', 'f3', 'f5', 'f6']);
});

test('a program that is missing says what to do', () => {
  expect(() => programOf(programsOf(lesson), 'f9')).toThrow(/reload the page/);
});

test('a fence needs the fences that its program really contains', () => {
  expect(needsOf(page, fence('f2'))).toEqual([]);
  expect(needsOf(page, fence('f3'))).toEqual(['f1', 'f2']);
  expect(needsOf(page, fence('f5'))).toEqual([]);
});

test('code that does not compile is named by its line in the Markdown file', () => {
  const broken = extractPage('# P\n\n```ts\nconst a = 1;\nconst = 2;\n```\n', 'broken.md');
  expect(() => programsOf({ page: broken, recording: {} })).toThrow(/^broken\.md:5: /);
});

test('a page with a choice has programs for each store', () => {
  const alternative = (store: string) =>
    `\`\`\`ts file=store.ts store=${store}\nexport const name = '${store}';\n\`\`\`\n`;
  const choice = extractPage(
    `${alternative('memory')}\n${alternative('sqlite')}\n\`\`\`ts\nimport { name } from './store.ts';\nconsole.log(name);\n\`\`\`\n`,
    'choice.md',
  );
  expect(choice.problems).toEqual([]);
  const of = (store: 'memory' | 'sqlite') => programsOf({ page: choice, recording: {} }, store);
  expect(programsOf({ page: choice, recording: {} })).toEqual(of('memory'));
  expect(Object.keys(of('memory').programs)).toEqual(['f1', 'f3']);
  expect(Object.keys(of('sqlite').programs)).toEqual(['f2', 'f3']);
  // An edited program is assembled anew, from all fences.
  expect(of('sqlite').fences.map(({ id }) => id)).toEqual(['f1', 'f2', 'f3']);
  expect(programOf(of('sqlite'), 'f3').modules[0]?.segments[0]?.fence).toBe('f2');
  expect(programsPath('a/b', 'memory', 'memory')).toBe('programs/a/b.json');
  expect(programsPath('a/b', 'sqlite', 'memory')).toBe('programs/a/b.sqlite.json');
});
