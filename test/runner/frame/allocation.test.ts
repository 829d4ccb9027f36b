import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchIsolatingChromium } from '../../browser-support/chromium.ts';
import { serveFiles, type TestServer } from '../../browser-support/server.ts';
import { PATIENCE_MS } from '../../patience.ts';
import { lines } from '../outcome.ts';
import { program } from '../programs.ts';
import { testSite } from '../support.ts';

/** Far above what a run needs, and below the memory that the machine can spare. */
const HEAP_MEGABYTES = 200;

let browser: Browser;
let server: TestServer;
let page: Page;

beforeAll(async () => {
  server = await serveFiles(await testSite());
  browser = await launchIsolatingChromium([`--js-flags=--max-old-space-size=${HEAP_MEGABYTES}`]);
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${server.origin}/`);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test.each([
  ['without a pause', 'for (;;) all.push(new Array(100_000).fill(all.length));'],
  [
    'with pauses',
    'for (;;) {\n  all.push(new Array(100_000).fill(all.length));\n  await new Promise((next) => setTimeout(next));\n}',
  ],
])('an allocation without end, %s, is ended with a message, and the next run works', async (_, code) => {
  const run = (text: string) => page.evaluate((what) => window.run(what), { program: program(text) });
  const outcome = await run(`const all: number[][] = [];\n${code}`);
  expect(outcome.status).toBe('error');
  expect(lines(outcome)).toHaveLength(1);
  expect(lines(outcome)[0]).toMatch(/^Stopped \[RUN_(LOOP|CRASH|LOST)\]: /);
  expect(lines(await run("console.log('next')"))).toEqual(['log next']);
});

test('a frame that was lost while nothing ran is made anew, unnoticed', async () => {
  const run = (text: string) => page.evaluate((what) => window.run(what), { program: program(text) });
  await run("console.log('warm')");
  const frame = browser.targets().find((target) => target.url() === 'about:srcdoc');
  if (frame === undefined) throw new Error('The page has no frame that could be lost.');
  const session = await frame.createCDPSession();
  const crashed = new Promise((resolve) => session.once('Inspector.targetCrashed', resolve));
  session.send('Page.crash').catch(() => undefined); // the answer never comes: whoever should give it is gone
  await crashed;
  expect(lines(await run("console.log('next')"))).toEqual(['log next']);
});
