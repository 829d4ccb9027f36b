import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { normalise } from '../../src/doctest/normalise.ts';
import { STORES } from '../../src/extract/index.ts';
import { launch } from './chromium.ts';
import { lessons } from './lessons.ts';
import { Snippet } from './snippet.ts';
import { startTour, type Tour } from './tour.ts';

let browser: Browser;
let tour: Tour;
beforeAll(async () => {
  browser = await launch();
  // Every run changes what is shown beside its button. Without transitions, that is painted once.
  tour = await startTour(browser, inject('site'), { reducedMotion: 'reduce' });
});
afterAll(() => browser.close());

const withCode = lessons.filter((lesson) => lesson.live.length > 0);

test('there are lessons, and they have live fences', () => {
  expect(withCode.length).toBeGreaterThan(0);
});

/** Each page, and one with a choice of store once for each store. */
const visits = withCode.flatMap((lesson) => {
  const stores = lesson.stores.length > 0 ? lesson.stores : [undefined];
  return stores.map((store) => ({ ...lesson, store, name: `/${lesson.path}${store ? ` on ${STORES[store]}` : ''}` }));
});

describe.each(visits)('$name', ({ path, live, recorded, store }) => {
  test('every fence prints in the browser what Node printed', async () => {
    const { page, complaints } = tour;
    await tour.visit(path);

    const shown = await page
      .locator('figure[data-snippet]')
      .evaluateAll((figures) => figures.map((figure) => figure.getAttribute('data-fence')));
    expect(shown).toEqual(live.map((fence) => fence.id));

    if (store !== undefined) await page.getByRole('tab', { name: STORES[store] }).first().click();

    for (const fence of live) {
      const snippet = new Snippet(page, fence.id);
      expect(await snippet.console.innerText(), 'the console is empty before Run').toBe('');
      const { status, text } = await snippet.run();
      const inNode = recorded[fence.id];
      if (inNode === undefined) throw new Error(`No recording of ${fence.id}: npm run doctest -- --update`);
      expect(text, `${fence.id} at line ${fence.line}`).toBe(
        inNode.text === '' ? await nothingPrinted(snippet) : normalise(inNode.text),
      );
      expect(status, `${fence.id} at line ${fence.line}`).toBe(inNode.status);
      if (!inNode.again) continue;
      const again = await snippet.run();
      expect(again, `${fence.id} at line ${fence.line}, again`).toEqual({
        status: inNode.again.status,
        text: normalise(inNode.again.text),
      });
    }
    expect(complaints).toEqual([]);
  });
});

/** The words for a program that prints nothing; a snippet may never leave its console empty. */
async function nothingPrinted(snippet: Snippet): Promise<string> {
  const text = await snippet.text();
  expect(text).toMatch(/prints nothing|printed nothing|nothing was printed/i);
  return text;
}
