import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/support/free-port.ts';
import { launch, watchedPage } from './chromium.ts';
import { plainEnvironment } from './environment.ts';
import { Snippet } from './snippet.ts';

let browser: Browser;
let server: ChildProcess;
let url = '';

beforeAll(async () => {
  // Astro takes a number, and would go on to another one if it were taken.
  const port = await freePort();
  url = `http://localhost:${port}/`;
  browser = await launch();
  server = spawn('astro', ['dev', '--port', String(port)], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    env: plainEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`astro dev ended with ${code}.`)));
    server.stdout?.on('data', (text: Buffer) => {
      if (text.includes('watching for file changes')) resolve();
    });
  });
});

afterAll(async () => {
  await browser.close();
  server.removeAllListeners('exit');
  server.kill();
});

test('what npm start serves can be run and edited, like the built site', async () => {
  const { page, complaints } = await watchedPage(browser, url);
  const lesson = new URL('getting-started/a-dog-class/', url).href;
  // The first visit makes the server bundle what the page depends on, and it may load the page anew when that's done.
  await page.goto(lesson, { waitUntil: 'networkidle' });
  await page.goto(lesson);
  const snippet = new Snippet(page, 'f2');
  expect(await snippet.run()).toMatchObject({ status: 'done' });
  await snippet.type("console.log('typed here');");
  expect(await snippet.run()).toEqual({ status: 'done', text: 'typed here' });
  expect(complaints).toEqual([]);
  await page.context().close();
});
