import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createMarkdownProcessor } from '@astrojs/markdown-remark';
import { afterAll, expect, test } from 'vitest';
import { rehypeLinks } from '../../src/site/rehype-links.ts';
import { rehypeSnippets } from '../../src/site/rehype-snippets.ts';
import { rehypeTables } from '../../src/site/rehype-tables.ts';

const folder = mkdtempSync(join(tmpdir(), 'figures-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Renders a page as the site's build does. */
async function render(markdown: string, recording?: object): Promise<string> {
  const path = join(folder, 'page.md');
  writeFileSync(path, markdown);
  rmSync(join(folder, 'page.recorded.json'), { force: true });
  if (recording) writeFileSync(join(folder, 'page.recorded.json'), JSON.stringify(recording));
  const processor = await createMarkdownProcessor({
    syntaxHighlight: false,
    rehypePlugins: [rehypeSnippets, rehypeTables, [rehypeLinks, { base: '/some/base/' }]],
  });
  return (await processor.render(markdown, { fileURL: pathToFileURL(path) })).code;
}

const ts = (attributes: string, code = 'const a = 1;') => `\`\`\`ts ${attributes}\n${code}\n\`\`\`\n`;
const text = (html: string) =>
  html
    .replace(/<[^>]+>/g, '')
    .replaceAll('&#x3C;', '<')
    .replaceAll('&gt;', '>');

test('a live fence has its buttons, its console and its code, character for character', async () => {
  const code = 'const a: Map<string, 1> = new Map();\n\n  a.size; //=> 0';
  const html = await render(ts('', code));
  expect(html).toMatch(/<figure[^>]* data-snippet[^>]* data-fence="f1" data-status="idle"/);
  expect([...html.matchAll(/<button[^>]*>(\w+)<\/button>/g)].map(([, name]) => name)).toEqual([
    'Run',
    'Stop',
    'Edit',
    'Reset',
  ]);
  expect(html.match(/role="log"/g)).toHaveLength(1);
  expect(html).toContain('role="log" aria-label="Console" data-pagefind-ignore=""></div>');
  expect(text(html.match(/<pre class="shiki"[\s\S]*?<\/pre>/)?.[0] ?? '')).toBe(code);
});

test('a fence that keeps its rows says so, and how to clear them', async () => {
  const html = await render(ts('store=keep'), {
    f1: { status: 'done', text: 'first', again: { status: 'done', text: 'second' } },
  });
  expect(html).toMatch(/<figure[^>]* data-keeps/);
  expect(text(html)).toContain('Reset clears it');
  expect(text(html), 'a reader without JavaScript has one run').toContain('first');
  expect(text(html)).not.toContain('second');
  expect(await render(ts(''))).not.toMatch(/data-keeps|Reset clears it/);
});

test('what a fence prints is folded under it: the recording, or else its output fence', async () => {
  const page = `${ts('')}\n\`\`\`output\nexpected\n\`\`\`\n`;
  expect(text(await render(page))).toContain('expected');
  expect(await render(page)).not.toContain('language-output');
  const recorded = await render(page, { f1: { status: 'done', text: 'recorded' } });
  expect(text(recorded)).toContain('recorded');
  expect(text(recorded)).not.toContain('expected');
});

test.each([
  ['static="it needs a database"', 'shown, not run: it needs a database'],
  ['node="it opens a file"', 'runs in Node: it opens a file'],
  ['errors=2345', 'does not compile (TS2345)'],
])('a fence with %s is shown without buttons, with the reason', async (attributes, reason) => {
  const html = await render(ts(attributes));
  expect(html).not.toContain('<button');
  expect(html).not.toContain('data-snippet');
  expect(text(html)).toContain(reason);
});

test('what the compiler says of a refused fence is open to the reader', async () => {
  const html = await render(ts('errors=2345'), { f1: { status: 'error', text: 'TS2345: This does not fit.' } });
  expect(text(html)).toContain('What the compiler says');
  expect(text(html)).toContain('TS2345: This does not fit.');
});

test('a fence that throws says so, a named file shows its name', async () => {
  const html = await render(`${ts('throws', 'throw new Error();')}\n${ts('file=dog.ts', 'export const a = 1;')}`);
  expect(html).toContain('data-throws');
  expect(text(html)).toContain('meant to fail');
  expect(text(html)).toContain('dog.ts');
});

test('an exercise: only the starter is live, and it can be checked', async () => {
  const html = await render(
    `${ts('exercise=starter')}\n${ts('exercise=checks', "import { test } from 'vitest';\ntest('x', () => {});")}\n${ts('exercise=solution')}`,
  );
  expect(html.match(/data-snippet/g)).toHaveLength(1);
  expect(html).toContain('data-checks="f2"');
  expect(html).toContain('>Check</button>');
});

test('the alternatives of a choice are one figure, with a tab each, and the weight of the heavy one', async () => {
  const alternative = (store: string) => ts(`file=store.ts store=${store}`, `export const name = '${store}';`);
  const html = await render(
    `${alternative('memory')}\n${alternative('postgres')}\n${ts('', "import { name } from './store.ts';")}`,
    { f1: { status: 'done', text: '' } },
  );
  const [choice = '', user = ''] = html.split('</live-snippet>');
  expect(choice.match(/<figure/g)).toHaveLength(1);
  expect(choice).toMatch(/<figure id="f1"[^>]* data-fence="f1"/);
  expect([...choice.matchAll(/role="tab"[^>]*>(\w+)</g)].map(([, name]) => name)).toEqual(['Memory', 'PostgreSQL']);
  expect([...choice.matchAll(/data-alternative="(\w+)" data-of="(\w+)"/g)].map(([, ...parts]) => parts)).toEqual([
    ['memory', 'f1'],
    ['postgres', 'f2'],
  ]);
  expect(choice.match(/role="log"/g)).toHaveLength(1);
  expect(text(choice)).toMatch(/PostgreSQL: \d+ MB/);
  expect(user).toContain('data-needs="f1 f2"');
});

test('a page with problems does not build, and the message names file and line', async () => {
  await expect(render(`text\n\n${ts('colour=red')}`)).rejects.toThrow(/page\.md:3: /);
});

test('links from the root get the base path, tables can be scrolled', async () => {
  const html = await render('[a](/why/x/) [b](#c) [d](https://example.com/)\n\n| a |\n| - |\n| b |\n');
  expect(html).toContain('href="/some/base/why/x/"');
  expect(html).toContain('href="#c"');
  expect(html).toContain('href="https://example.com/"');
  expect(html).toMatch(/<div class="table-scroll" tabindex="0"[^>]*><table>/);
});
