import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launch, watchedPage } from './chromium.ts';
import { lessons } from './lessons.ts';
import { Snippet } from './snippet.ts';
import { startTour, type Tour } from './tour.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let tour: Tour;
beforeAll(async () => {
  browser = await launch();
  tour = await startTour(browser, inject('site'), { reducedMotion: 'reduce' });
});
afterAll(() => browser.close());

const looks = [
  { size: 'phone', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
  { size: 'desk', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
] as const;

interface AxeViolation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axeSource);
  // It would wait for an answer from frames, and is not in the runner's, which shows nothing.
  const found = (await page.evaluate(
    'axe.run({ resultTypes: ["violations"], iframes: false }).then((results) => results.violations)',
  )) as AxeViolation[];
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`),
  );
}

test.each(lessons)('/$path on a phone in the dark and on a desk in the light', async ({ path, live }) => {
  const { page, complaints } = tour;
  await tour.visit(path);
  const [first] = live;
  if (first) await new Snippet(page, first.id).run();
  // Colours depend on the theme and the layout on the size: two of the four show all that can be wrong.
  for (const { size, viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    expect(await violations(page), size).toEqual([]);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(over, `nothing sticks out on a ${size}`).toBeLessThanOrEqual(0);
  }
  expect(complaints).toEqual([]);
});

test('an open editor is accessible, and a keyboard gets in and out of it', async () => {
  const site = inject('site');
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await watchedPage(browser, site, { colorScheme });
    await page.goto(new URL('getting-started/a-dog-class/', site).href);
    const snippet = new Snippet(page, 'f2');
    await snippet.figure.getByRole('button', { name: 'Edit' }).focus();
    await page.keyboard.press('Enter');
    await snippet.figure.locator('.cm-content').waitFor();
    expect(await violations(page)).toEqual([]);

    await snippet.figure.locator('.cm-content').focus();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    const inside = () => page.evaluate(() => document.activeElement?.closest('.cm-editor') !== null);
    for (let tabs = 0; tabs < 3 && (await inside()); tabs++) await page.keyboard.press('Tab');
    expect(await inside(), 'Escape, then Tab, leaves the editor').toBe(false);
    await page.context().close();
  }
});

test('without JavaScript a lesson can be read, with its output', async () => {
  const site = inject('site');
  const { page } = await watchedPage(browser, site, { javaScriptEnabled: false });
  await page.goto(new URL('getting-started/a-dog-class/', site).href);
  expect(await page.locator('figure[data-snippet] pre').first().isVisible()).toBe(true);
  expect(await page.getByText("[ 'roll over', 'fetch ball' ]").first().isVisible()).toBe(true);
  await page.context().close();
});
