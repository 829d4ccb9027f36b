import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from '../../browser-support/chromium.ts';
import { serveFiles, type TestServer } from '../../browser-support/server.ts';
import { testSite } from '../support.ts';

let browser: Browser;
let server: TestServer;
let page: Page;
let complaints: string[] = [];
let foreign: string[] = [];

beforeAll(async () => {
  server = await serveFiles(await testSite());
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

beforeEach(async () => {
  complaints = [];
  foreign = [];
  page = await browser.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== server.origin) foreign.push(request.url());
  });
  await page.goto(`${server.origin}/stock.html`);
});

afterEach(async () => {
  await page.close();
  expect({ complaints, foreign }).toEqual({ complaints: [], foreign: [] });
});

/** The messages since the last look, once one of the given kind has come. */
async function messagesUntil(last: string): Promise<string[]> {
  await page.waitForFunction((wanted) => window.messages.includes(wanted), last);
  return page.evaluate(() => window.messages.splice(0));
}

test('a stock client gets its messages in order, and shows console and tests', async () => {
  const messages = await messagesUntil('test total_test_end');
  const first = messages.slice(messages.indexOf('start'), messages.indexOf('status done') + 1);
  expect(messages[0]).toBe('initialized');
  expect(first.filter((each) => !each.startsWith('test '))).toEqual([
    'start',
    'status transpiling',
    'state',
    'status evaluating',
    'done false',
    'console',
    'success',
    'status done',
  ]);
  await expect.poll(() => page.locator('.sp-console').innerText()).toContain('hello { a: [ 1 ] }');
  const tests = page.locator('.sp-tests');
  await expect.poll(() => tests.innerText()).toMatch(/1 failed/);
  const text = await tests.innerText();
  expect(text).toContain('sums');
  expect(text).toContain('are right');
  expect(text).toContain('expected 2 to be 3');
});

test('a syntax error reaches the provider with its place, and the next edit runs', async () => {
  await messagesUntil('test total_test_end');
  await page.evaluate(() => window.edit('/index.ts', 'const a = 1;\nconst b = ;\n'));
  const failed = await messagesUntil('done true');
  expect(failed.indexOf('action show-error')).toBeLessThan(failed.indexOf('done true'));
  expect(failed).not.toContain('done false');
  await expect.poll(() => page.evaluate(() => window.error())).toMatch(/Unexpected token/);

  await page.evaluate(() => window.edit('/index.ts', "console.log('mended');\n"));
  await expect.poll(() => page.locator('.sp-console').innerText()).toContain('mended');
  expect(await page.evaluate(() => window.error())).toBeUndefined();
});

test('an error while it runs is shown, at its line', async () => {
  await messagesUntil('test total_test_end');
  await page.evaluate(() => window.edit('/index.ts', "console.log('before');\nthrow new Error('broken');\n"));
  await messagesUntil('action show-error');
  await expect.poll(() => page.evaluate(() => window.error())).toMatch(/broken/);
});

test('an edit while code loops is not lost: it ends the loop, and runs', async () => {
  await messagesUntil('test total_test_end');
  await page.evaluate(() => window.edit('/index.ts', 'for (;;);\n'));
  await messagesUntil('done false');
  await page.evaluate(() => window.edit('/index.ts', "console.log('after');\n"));
  await expect.poll(() => page.locator('.sp-console').innerText()).toContain('after');
  // It was the edit that ended the loop, and not the want of an answer.
  expect(await messagesUntil('done false')).not.toContain('action show-error');
  expect(await page.evaluate(() => window.error())).toBeUndefined();
});

test('a loop that nobody edits ends in an error', async () => {
  await messagesUntil('test total_test_end');
  await page.evaluate(() => window.edit('/index.ts', 'for (;;);\n'));
  await expect.poll(() => page.evaluate(() => window.error())).toMatch(/did not come to a pause/);
});
