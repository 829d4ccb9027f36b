import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../browser-support/chromium.ts';

/** Chromium as all browser tests use it. `hosts` gives this machine's loopback other names. */
export function launch({ hosts = [] }: { hosts?: readonly string[] } = {}): Promise<Browser> {
  const rules = hosts.map((host) => `MAP ${host} 127.0.0.1`).join(',');
  return launchChromium(rules === '' ? [] : [`--host-resolver-rules=${rules}`]);
}

export interface WatchedPage {
  readonly page: Page;
  /** What must not happen on any page: errors in the console, exceptions, requests to another origin, failed requests. */
  readonly complaints: string[];
  /** Every request so far. */
  readonly requests: string[];
}

/** A page of a context of its own that keeps a list of everything that is wrong with it. */
export async function watchedPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context: BrowserContext = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  context.on('request', (request) => {
    const url = request.url();
    requests.push(url);
    if (/^(data|blob|about):/.test(url)) return;
    if (new URL(url).origin !== new URL(origin).origin) complaints.push(`a request to another origin: ${url}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} for ${response.url()}`);
  });
  return { page, complaints, requests };
}
