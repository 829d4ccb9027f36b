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

/** Collects every script that the page gets, with its text. */
function scripts(page: Page): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  page.on('response', async (response) => {
    const type = response.headers()['content-type'] ?? '';
    if (type.includes('javascript')) found.set(response.url(), await response.body());
  });
  return found;
}

const weight = (found: Map<string, Buffer>, inline: readonly string[] = []) =>
  [...found.values(), ...inline].reduce((sum, text) => sum + gzipSync(text).length, 0);

test.each(lessons.map(({ path }) => path))('/%s loads little before the first interaction', async (path) => {
  const site = inject('site');
  const { page } = await watchedPage(browser, site);
  const found = scripts(page);
  await page.goto(new URL(path, site).href, { waitUntil: 'networkidle' });
  await page.mouse.wheel(0, 4000);
  await page.waitForLoadState('networkidle');
  const inline = await page.locator('script:not([src])').allInnerTexts();
  expect(weight(found, inline)).toBeLessThan(BEFORE_INTERACTION);
  await page.context().close();
});

test('the first run loads no compiler, no React and no Sandpack', async () => {
  const site = inject('site');
  const { page } = await watchedPage(browser, site);
  const found = scripts(page);
  await page.goto(new URL('getting-started/the-class-becomes-an-aggregate/', site).href, { waitUntil: 'networkidle' });
  await new Snippet(page, 'f2').run();
  await page.waitForLoadState('networkidle');
  const telltales = {
    Babel: /@babel|babel-plugin|transform-typescript/i,
    React: /react-dom|react\.transitional\.element/i,
    Sandpack: /sandpack|codesandbox\.io/i,
    CodeMirror: /codemirror|cm-content/i,
  };
  for (const [url, text] of found) {
    for (const [name, pattern] of Object.entries(telltales)) {
      // The runner speaks Sandpack's protocol, in which every message says `codesandbox: true`; its code is not there.
      expect(pattern.test(text.toString('utf8')), `${name} in ${url}`).toBe(false);
    }
  }
  await page.context().close();
});
