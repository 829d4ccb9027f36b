import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launch, watchedPage } from './chromium.ts';
import { lessons } from './lessons.ts';
import { Snippet } from './snippet.ts';

/** What a page may load of JavaScript, gzipped, before a reader does anything. */
const BEFORE_INTERACTION = 40 * 1024;

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** Follows the scripts that a page gets; call what it returns for the texts of all that have come so far, by address. */
function scripts(page: Page): () => Promise<Map<string, string>> {
  const urls = new Set<string>();
  page.on('response', (response) => {
    const type = response.headers()['content-type'] ?? '';
    if (type.includes('javascript') && response.url().startsWith('http')) urls.add(response.url());
  });
  // Asked for once more: a browser does not keep the texts of a frame that it has thrown away.
  const text = async (url: string): Promise<[string, string]> => [url, await (await fetch(url)).text()];
  return async () => new Map(await Promise.all([...urls].map(text)));
}

const weight = (texts: Iterable<string>) => [...texts].reduce((sum, text) => sum + gzipSync(text).length, 0);

test.each(lessons.map(({ path }) => path))('/%s loads little before the first interaction', async (path) => {
  const site = inject('site');
  const { page } = await watchedPage(browser, site);
  const found = scripts(page);
  await page.goto(new URL(path, site).href, { waitUntil: 'networkidle' });
  await page.mouse.wheel(0, 4000);
  await page.waitForLoadState('networkidle');
  const inline = await page.locator('script:not([src])').allTextContents();
  expect(weight([...(await found()).values(), ...inline])).toBeLessThan(BEFORE_INTERACTION);
  await page.context().close();
});

test('the first run loads no compiler, no React and no Sandpack', async () => {
  const site = inject('site');
  const { page } = await watchedPage(browser, site);
  const found = scripts(page);
  const parts: string[] = [];
  page.on('request', (request) => request.url().includes('/runner/lib/') && parts.push(request.url()));
  await page.goto(new URL('getting-started/the-class-becomes-an-aggregate/', site).href, { waitUntil: 'networkidle' });
  expect(await new Snippet(page, 'f2').run()).toMatchObject({ status: 'done' });
  const telltales = {
    Babel: /@babel|babel-plugin|transform-typescript/i,
    React: /react-dom|react\.transitional\.element/i,
    Sandpack: /sandpack|codesandbox\.io/i,
    CodeMirror: /codemirror|cm-content/i,
  };
  const loaded = await found();
  expect([...loaded.keys()].filter((url) => url.includes('/runner/')).length).toBeGreaterThan(0);
  // Of the library's parts, and of the databases behind them, only what the program imports.
  expect(parts.map((url) => url.split('/runner/lib/')[1])).toEqual(['eventsourcing.js']);
  for (const [url, text] of loaded) {
    for (const [name, pattern] of Object.entries(telltales)) {
      // The runner speaks Sandpack's protocol, in which every message says `codesandbox: true`; its code is not there.
      expect(pattern.test(text), `${name} in ${url}`).toBe(false);
    }
  }
  await page.context().close();
});
