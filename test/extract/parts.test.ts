import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PARTS, unlisted } from '../../src/extract/parts.ts';

const content = fileURLToPath(new URL('../../content', import.meta.url));

test('the sidebar shows every page, and every part has pages', () => {
  const pages = globSync('**/*.{md,mdx}', { cwd: content });
  expect(unlisted(pages)).toEqual([]);
  const folders = new Set(pages.map((page) => page.split('/')[0]));
  expect(PARTS.filter(({ directory }) => !folders.has(directory))).toEqual([]);
});

test('a folder that the sidebar does not show is named once, with the file to list it in', () => {
  const problems = unlisted(['index.mdx', 'why/a.mdx', 'why/deep/b.mdx', 'recipes/c.mdx', 'recipes/d.md', 'lone.mdx']);
  expect(problems).toEqual([
    expect.stringMatching(/content\/lone\.mdx lies in no part/),
    expect.stringMatching(/content\/recipes\/c\.mdx, content\/recipes\/d\.md.*'recipes' \}.*src\/extract\/parts\.ts/),
  ]);
});
