import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LinkChecker, LinkState } from 'linkinator';
import { describe, expect, test } from 'vitest';
import { serve } from '../browser/serve.ts';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const files = globSync('**/*.{html,css,js,json,svg,xml,webmanifest}', { cwd: dist });
const read = (file: string) => readFileSync(`${dist}${file}`, 'utf8');

test('the site has been built', () => {
  expect(existsSync(`${dist}index.html`), 'npm test -- build site').toBe(true);
});

test('no link, anchor, image, script or style leads nowhere', async () => {
  const site = await serve(dist);
  const result = await new LinkChecker().check({
    path: site.url,
    recurse: true,
    checkFragments: true,
    checkCss: true,
    linksToSkip: async (link) => new URL(link).origin !== new URL(site.url).origin,
  });
  await site.close();
  const broken = result.links.filter((link) => link.state === LinkState.BROKEN);
  expect(broken.map((link) => `${link.parent} → ${link.url} (${link.status})`)).toEqual([]);

  // A page that no other page leads to would not have been looked at, nor be found by a reader.
  const visited = new Set(result.links.map((link) => new URL(link.url).pathname));
  const pages = files
    .filter((file) => file.endsWith('index.html'))
    .map((file) => `/${file.replace(/index\.html$/, '')}`);
  expect(pages.filter((page) => !visited.has(page))).toEqual([]);
});

describe('nothing is fetched from another host', () => {
  /** What makes a browser fetch something by itself, as opposed to a link that a reader may follow. */
  const fetching = [
    /<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=["']?(?:https?:)?\/\/[^"'>\s]+/gi,
    /<link\b(?=[^>]*\brel=["']?(?:stylesheet|preload|preconnect|dns-prefetch|modulepreload|icon|manifest))[^>]*\bhref=["']?(?:https?:)?\/\/[^"'>\s]+/gi,
    /(?:url\(|@import\s+)["']?(?:https?:)?\/\/[^"')\s]+/gi,
  ];

  test.each(files.filter((file) => /\.(html|css)$/.test(file)))('%s', (file) => {
    expect(fetching.flatMap((pattern) => read(file).match(pattern) ?? [])).toEqual([]);
  });
});

test('no file carries a path of the machine that built it', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
  expect(files.filter((file) => read(file).includes(root))).toEqual([]);
});
