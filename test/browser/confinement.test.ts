import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launch, watchedPage } from './chromium.ts';
import { Snippet } from './snippet.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** What a snippet tries, each in a few words that say what it is after. Every one has to fail. */
const attempts: Readonly<Record<string, string>> = {
  'the site’s localStorage': "localStorage.getItem('secret')",
  'the site’s sessionStorage': "sessionStorage.getItem('secret')",
  'the site’s cookies': 'document.cookie',
  'the site’s database':
    "await new Promise((ok, no) => { const open = indexedDB.open('secret'); open.onsuccess = ok; open.onerror = no; })",
  'the page around it': 'parent.document.title',
  'the topmost page': 'top.document.title',
  'a window': 'window.document.title',
  'a page of the site': "await (await fetch('SITE')).text()",
  'the site by its address': "await (await fetch('/')).text()",
  'another host': "await (await fetch('http://other.test:9/')).text()",
  'an old-fashioned request':
    "await new Promise((ok, no) => { const r = new XMLHttpRequest(); r.open('GET', 'SITE'); r.onload = ok; r.onerror = no; r.send(); })",
  'a script of the site': "importScripts('SITErunner/relay.js')",
  'a module of the site': 'await new Function(\'return import("SITErunner/relay.js")\')()',
  'evaluated text': "new Function('return 1')()",
  'a socket':
    "await new Promise((ok, no) => { const s = new WebSocket('ws://other.test:9/'); s.onopen = ok; s.onerror = no; })",
  'a stream of events':
    "await new Promise((ok, no) => { const s = new EventSource('SITE'); s.onopen = ok; s.onerror = no; })",
  'a worker of the site':
    "await new Promise((ok, no) => { const w = new Worker('SITErunner/relay.js'); w.onmessage = ok; w.onerror = no; })",
  'the cache': "await caches.open('secret')",
};

test('code from a snippet reaches nothing of the site and nothing of the network', async () => {
  const site = inject('site');
  const { page, requests } = await watchedPage(browser, site);
  await page.goto(new URL('getting-started/a-dog-class/', site).href);
  await page.evaluate(() => {
    localStorage.setItem('secret', 'of the site');
    // biome-ignore lint/suspicious/noDocumentCookie: the test wants a cookie of the site, the plain way.
    document.cookie = 'secret=of-the-site';
  });
  const snippet = new Snippet(page, 'f1');
  await snippet.type("console.log('warm');");
  await snippet.run();
  const before = requests.length;

  for (const [aim, code] of Object.entries(attempts)) {
    await snippet.type(
      `// @ts-nocheck\ntry {\n  const got = ${code.replaceAll('SITE', site)};\n  console.log('REACHED', got);\n} catch (error) {\n  console.log('refused');\n}`,
    );
    expect(await snippet.run(), aim).toMatchObject({ status: 'done', text: 'refused' });
  }

  const reached = requests.slice(before).filter((url) => !/^(blob|data|about):/.test(url));
  expect(reached, 'no request left the page').toEqual([]);
  expect(await page.evaluate(() => localStorage.getItem('secret'))).toBe('of the site');
  await page.context().close();
});
