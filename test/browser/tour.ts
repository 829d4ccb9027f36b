import type { Browser, BrowserContextOptions } from 'playwright-core';
import { type WatchedPage, watchedPage } from './chromium.ts';

/** A page that a reader goes through the site on. */
export interface Tour extends Pick<WatchedPage, 'page' | 'complaints'> {
  /** Opens a page of the site as at a first visit: nothing is stored, and there are no complaints yet. */
  visit(path: string): Promise<void>;
}

/**
 * One page for many visits. Chromium starts new processes for a page of its own, and that takes more processor time
 * (about a second) than to show a lesson and to run its first snippet. It ends with the browser.
 *
 * @param site its address
 */
export async function startTour(browser: Browser, site: string, options: BrowserContextOptions = {}): Promise<Tour> {
  const { page, complaints } = await watchedPage(browser, site, options);
  return {
    page,
    complaints,
    async visit(path) {
      // A file of the site that has no scripts: nobody stores anything more once it is shown.
      await page.goto(new URL('favicon.svg', site).href);
      await page.evaluate(async () => {
        localStorage.clear();
        sessionStorage.clear();
        const gone = (name: string) =>
          new Promise((resolve, reject) => {
            const request = indexedDB.deleteDatabase(name);
            request.onsuccess = resolve;
            request.onerror = () => reject(request.error);
          });
        for (const { name } of await indexedDB.databases()) if (name !== undefined) await gone(name);
      });
      complaints.length = 0;
      await page.goto(new URL(path, site).href);
    },
  };
}
