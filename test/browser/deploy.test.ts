import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { buildSite } from './build-site.ts';
import { launch, watchedPage } from './chromium.ts';
import { type Served, serve } from './serve.ts';
import { Snippet } from './snippet.ts';

/** A name other than localhost: plain http from it is no secure context, so browsers withhold `crypto.subtle` and others. */
const HOST = 'workbook.test';

/** A static host often serves a project beneath a path. */
const BASE = '/some/base/';

let browser: Browser;
let based: Served;
beforeAll(async () => {
  based = await serve(await buildSite(BASE, 'dist-based'), BASE);
  browser = await launch({ hosts: [HOST] });
});
afterAll(async () => {
  await browser?.close();
  await based?.close();
});

const places = [
  { name: 'under a base path', url: () => based.url },
  { name: 'over plain http from another host name', url: () => inject('site').replace('localhost', HOST) },
  { name: 'both at once', url: () => based.url.replace('localhost', HOST) },
];

describe.each(places)('$name', ({ url }) => {
  test('a reader can go from the home page to a lesson, and run and edit its code', async () => {
    const { page, complaints, requests } = await watchedPage(browser, url());
    await page.goto(url());
    await page.locator('main a[href*="/why/what-event-sourcing-is/"]').first().click();
    await page.waitForURL('**/why/what-event-sourcing-is/');

    const snippet = new Snippet(page, 'f1');
    expect(
      requests.filter((request) => request.includes('/programs/')),
      'a mount runs nothing',
    ).toEqual([]);
    expect((await snippet.run()).text).toContain("name: 'Rex'");
    await snippet.type("console.log('typed here');");
    expect(await snippet.run()).toEqual({ status: 'done', text: 'typed here' });
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
